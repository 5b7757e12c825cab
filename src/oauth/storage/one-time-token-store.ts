import type { User } from '../model/records.ts'

/** A token that lets its bearer act for a user once, without a client. Its digest is the key: whoever has the token finds it. */
export interface OneTimeTokenDraft {
  digest: Buffer
  user: User
  /** What it may be used at. */
  service: string
  /** What a later token tells of how this one came about. */
  details: Readonly<Record<string, unknown>>
  issued_at: number
  expires_at: number
}

/** A one-time token that was taken just now. */
export interface TakenOneTimeToken {
  user: User
  service: string
  details: Readonly<Record<string, unknown>>
}

/** One-time tokens of a sandbox. */
export interface OneTimeTokenStore {
  saveOneTimeToken(draft: OneTimeTokenDraft): void
  /** Takes a token; of two who try, one gets it. @param keep whether it may be taken again */
  takeOneTimeToken(digest: Buffer, now: number, keep: boolean): TakenOneTimeToken | 'unknown' | 'expired' | 'used' | 'revoked'
}
