import type { Endpoint } from '../oauth/model/endpoint.ts'
import type { Client } from '../oauth/model/records.ts'
import type { Context } from '../oauth/realm/context.ts'

/** A request from a page of another origin, when it is answered. */
export interface CrossOrigin {
  origin: string
  endpoint: Endpoint
  /** As far as the request told it. */
  client: Client | undefined
  context: Context
}
