import type { Realm } from '../oauth/realm/context.ts'

/** Where users sign in, as in one of a vendor's workspaces. */
export interface SignInPlace {
  /** As a request names it. */
  readonly id: string
  /** As pages call it. */
  readonly name: string
}

/** For a vendor whose users say first where they sign in, on a page of its own, unless the request names a place. */
export interface SignInPlaces {
  /** By which a request names one; the vendor keeps it with its grants. What else requests are checked for, it is too. */
  readonly parameter: string
  /** By what a user types, or a request says. */
  find(named: string, realm: Pick<Realm, 'documents'>): SignInPlace | undefined
}
