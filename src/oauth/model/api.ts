/** An API that access tokens are for, as a vendor's registry of them has it (RFC 8707 §2, RFC 9068 §3). */
export interface Api {
  /** By which clients ask for it: an absolute URI, or any text that the vendor takes as an audience. */
  readonly identifier: string
  readonly name?: string | undefined
  /** Where the API is registered as a client, too; then it may be asked for by that. */
  readonly client_id?: string | undefined
  /** What users may let clients do there, each with what is said of it. */
  readonly scopes?: Readonly<Record<string, string>> | undefined
  /** What users and clients may be there, each with what is said of it. */
  readonly roles?: Readonly<Record<string, string>> | undefined
  readonly token_format?: 'jwt' | 'opaque' | undefined
  /** What the vendor calls the form of its tokens, where there are several. */
  readonly token_version?: string | undefined
  /** Seconds; the sandbox's setting when absent. */
  readonly access_token_ttl?: number | undefined
}

/** The API of this identifier or client id. */
export function findApi(name: string, { apis }: { apis: readonly Api[] }): Api | undefined {
  return apis.find(({ identifier, client_id }) => identifier === name || client_id === name)
}

/** How long access tokens for these audiences live: as the API that dies first wants it, else as the setting says. */
export function accessTokenTtl(aud: readonly string[] | undefined, settings: { apis: readonly Api[]; access_token_ttl: number }): number {
  if (aud === undefined || settings.apis.length === 0) return settings.access_token_ttl
  const own = aud.flatMap((name) => findApi(name, settings)?.access_token_ttl ?? [])
  return own.length === 0 ? settings.access_token_ttl : Math.min(...own)
}
