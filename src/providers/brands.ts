import type { App } from '../oauth/model/records.ts'

/** A name under which a company offers apps. */
export interface Brand {
  id: string
  name: string
}

/** A sandbox's brands. An app belongs to one brand, or to the company itself. */
export interface Brands {
  /** By name. */
  list(): Brand[]
  /** Renames the brand of an id, or makes a new one. */
  save(name: string, id?: string): void
  /** Its apps stay. */
  delete(brand: Brand): void
  of(app: App): Brand | undefined
  /** @param brand undefined for the company itself */
  assign(app: App, brand: Brand | undefined): void
}
