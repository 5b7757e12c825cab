import type { Client } from '../model/records.ts'

/** What a `request_uri` of ours begins with (RFC 9126 §2.2). */
export const pushedPrefix = 'urn:ietf:params:oauth:request_uri:'

/** Seconds that a pushed request waits for its browser. */
export const pushedRequestTtl = 60

/** The parameters of a pushed request. */
export type StoredParameters = Readonly<Record<string, string>>

/** An authorization request that a client pushed. */
export interface PushedRequest {
  /** Of what stands behind {@link pushedPrefix}. */
  digest: Buffer
  client: Client
  parameters: StoredParameters
  expires_at: number
}

/** Authorization requests that clients pushed (RFC 9126). */
export interface PushedRequestStore {
  savePushedRequest(pushed: PushedRequest, now: number): void
  /** The client's request without using it. */
  findPushedRequest(digest: Buffer, client: Client, now: number): StoredParameters | undefined
  /** The client's request, once. */
  takePushedRequest(digest: Buffer, client: Client, now: number): StoredParameters | undefined
}
