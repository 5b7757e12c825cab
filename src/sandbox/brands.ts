import type { App } from '../oauth/model/records.ts'

/** A name under which a company offers apps. */
export interface Brand {
  row: number
  name: string
}

/** A sandbox's brands. An app belongs to one brand, or to the company itself. */
export interface Brands {
  list(): Brand[]
  /** @throws TakenError when there is one of that name */
  create(name: string): Brand
  /** @throws TakenError when there is another one of that name */
  rename(brand: Brand, name: string): void
  /** Its apps stay. */
  delete(brand: Brand): void
  /** The brand of each app that has one, by the app's row. */
  byApp(): ReadonlyMap<number, Brand>
  /** @param brand undefined for the company itself */
  assign(app: App, brand: Brand | undefined): void
}
