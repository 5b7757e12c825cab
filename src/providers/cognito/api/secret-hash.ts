import { createHmac } from 'node:crypto'
import { sameSecret } from '../../../basics/random.ts'
import type { Client } from '../../../oauth/model/records.ts'
import { notAuthorized } from '../errors.ts'

/** What a client with a secret sends beside a username. */
export function secretHash(username: string, { client_id, client_secret }: Pick<Client, 'client_id' | 'client_secret'>): string {
  return createHmac('sha256', client_secret ?? '')
    .update(`${username}${client_id}`)
    .digest('base64')
}

/**
 * Holds a client with a secret to its hash.
 * @param names under which the client may know the user
 * @throws ApiError NotAuthorizedException
 */
export function checkSecretHash(came: string | undefined, names: readonly string[], client: Client): void {
  const { client_id, client_secret } = client
  if (client_secret === null) {
    if (came === undefined) return
    const explanation = `Client ${client_id} has no secret, so there is none to make a SECRET_HASH with`
    throw notAuthorized(`Unable to verify secret hash for client ${client_id}`, explanation, 'credentials_unexpected')
  }
  if (came === undefined) {
    const explanation = 'SECRET_HASH is base64 of HMAC-SHA256 with the secret, of the username and the client id'
    throw notAuthorized(
      `Client ${client_id} is configured with secret but SECRET_HASH was not received`,
      explanation,
      'credentials_missing',
    )
  }
  if (names.some((name) => sameSecret(came, secretHash(name, client)))) return
  const explanation = `SECRET_HASH is not base64 of HMAC-SHA256 with the client's secret, of '${names[0]}${client_id}'`
  throw notAuthorized(`Unable to verify secret hash for client ${client_id}`, explanation, 'secret_wrong')
}
