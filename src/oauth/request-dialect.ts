import { authenticateClient } from './client-authentication.ts'
import type { Context } from './context.ts'
import { OAuthError } from './errors.ts'
import type { GrantType } from './grants/grant-type.ts'
import type { Parameters, ReadParameters } from './parameters.ts'
import type { Client } from './records.ts'

/** How a vendor's token requests differ from RFC 6749; a vendor that keeps to it has none. */
export interface RequestDialect {
  /** Grant types that no RFC has, and the vendor's way of those that one has; by their names on the wire. */
  readonly grants?: ReadonlyMap<string, GrantType>
  /** The vendor's names of parameters, and the RFCs' names of the same. */
  readonly parameters?: Readonly<Record<string, string>>
  /** Where a secret may stand; both places when absent (RFC 6749 §2.3.1). */
  readonly secret_in?: 'header' | 'body'
  /** The grant type is looked at before the client is. */
  readonly grant_type_first?: boolean
  /** Revoking an access token takes its whole grant along. */
  readonly revokes_grants?: boolean
}

/** A client's request under the RFCs' names. What the vendor calls otherwise is not known by the RFC's name. */
export function translated(read: ReadParameters, dialect: RequestDialect | undefined): ReadParameters {
  return dialect?.parameters === undefined ? read : { ...read, parameters: translate(read.parameters, dialect.parameters) }
}

function translate(parameters: Parameters, names: Readonly<Record<string, string>>): Parameters {
  const translated: Record<string, string | undefined> = Object.assign(Object.create(null), parameters)
  for (const name of Object.values(names)) delete translated[name]
  for (const wire of Object.keys(names)) delete translated[wire]
  for (const [wire, name] of Object.entries(names)) if (parameters[wire] !== undefined) translated[name] = parameters[wire]
  return translated
}

/** Finds out which client speaks, as the vendor wants it told. */
export async function authenticateAs(
  dialect: RequestDialect,
  authorization: string | undefined,
  parameters: Parameters,
  context: Context,
): Promise<Client> {
  const own = dialect.grants?.get(parameters.grant_type ?? '')?.authenticate
  if (own !== undefined) return own(authorization, parameters, context)
  if (dialect.secret_in === 'body') {
    if (parameters.client_id !== undefined) return authenticateClient(undefined, parameters, context)
    throw new OAuthError(
      'invalid_client',
      'Empty client ID',
      'This vendor takes client_id and client_secret from the body alone, and client_id is not there; an Authorization header is not looked at',
    )
  }
  if (dialect.secret_in === 'header' && parameters.client_secret !== undefined && !/^basic\b/i.test(authorization?.trim() ?? '')) {
    if (parameters.client_id !== undefined) context.trace.client_id = parameters.client_id
    throw new OAuthError(
      'invalid_client',
      'Client authentication failed',
      'client_secret came in the body; this vendor takes credentials in an "Authorization: Basic" header alone',
    )
  }
  return authenticateClient(authorization, parameters, context)
}
