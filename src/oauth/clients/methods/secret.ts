import { after, type MaybePromise } from '../../../basics/maybe-promise.ts'
import { sameSecret } from '../../../basics/random.ts'
import { OAuthError } from '../../model/errors.ts'
import type { Parameters } from '../../model/parameters.ts'
import type { Client } from '../../model/records.ts'
import type { Context } from '../../realm/context.ts'
import { type AuthMethod, checkMethod, checkOffered, type FindClient, failed } from './method.ts'
import { none } from './none.ts'

interface Credentials {
  client_id: string
  client_secret: string
}

const bySecret = {
  has_secret: true,
  prove(client, parameters, context) {
    if (client.client_secret === null) return none.prove(client, parameters, context)
    const { client_secret } = parameters
    if (client_secret === undefined) {
      throw failed('credentials_missing', `client '${client.client_id}' has a secret, and none came (neither client_secret nor Basic)`)
    }
    checkMethod(client, clientSecretPost, context)
    const { secretProblem = keptSecretProblem } = context.realm.requests ?? {}
    return after(secretProblem(client_secret, client, context), (problem) => {
      if (problem !== undefined) throw failed('secret_wrong', problem)
      return client
    })
  },
} as const satisfies Partial<AuthMethod>

function keptSecretProblem(came: string, { client_id, client_secret }: Client): string | undefined {
  return sameSecret(came, client_secret ?? '') ? undefined : `client_secret is not the one of client '${client_id}'`
}

/** The secret in the Authorization header (RFC 6749 §2.3.1). */
export const clientSecretBasic = {
  ...bySecret,
  name: 'client_secret_basic',
  label: 'Secret in the header (client_secret_basic)',
  stands_for: ['client_secret_post'],
  recognize(authorization, parameters, context, find) {
    const header = basicCredentials(authorization, context.realm.requests?.basic_id_alone)
    // With an assertion beside it, it is for that method to refuse.
    if (header === undefined || parameters.client_assertion !== undefined || parameters.client_assertion_type !== undefined)
      return undefined
    const { form_over_header } = context.realm.requests ?? {}
    return authenticateByHeader(form_over_header ? header.map(said(parameters)) : header, parameters, context, find)
  },
} as const satisfies AuthMethod

/** The secret in the body (RFC 6749 §2.3.1). */
export const clientSecretPost = {
  ...bySecret,
  name: 'client_secret_post',
  label: 'Secret in the body (client_secret_post)',
  stands_for: ['client_secret_basic'],
} as const satisfies AuthMethod

/** Credentials as the form has them, as far as it does. */
function said({ client_id, client_secret }: Parameters): (header: Credentials) => Credentials {
  return (header) => ({ client_id: client_id ?? header.client_id, client_secret: client_secret ?? header.client_secret })
}

function authenticateByHeader(
  candidates: readonly Credentials[],
  parameters: Parameters,
  context: Context,
  find: FindClient,
): MaybePromise<Client> {
  const challenge = { 'WWW-Authenticate': `Basic realm="${context.realm.name}", charset="UTF-8"` }
  const first = candidates[0]
  if (first === undefined)
    throw failed('credentials_invalid', 'The Basic credentials are not base64 of client_id:client_secret (RFC 7617 §2)', challenge)
  context.trace.client_id = first.client_id
  const { client_id, client_secret } = parameters
  if (client_id !== undefined && !candidates.some((one) => one.client_id === client_id)) {
    throw new OAuthError(
      'client_ambiguous',
      'Two different clients are named',
      `The Basic header names client '${first.client_id}' and the body names '${client_id}'; one request authenticates one client (RFC 6749 §2.3)`,
    )
  }
  if (client_secret !== undefined && !candidates.some((one) => one.client_secret === client_secret)) {
    const explanation = 'client_secret in the body differs from the one in the Basic header (RFC 6749 §2.3)'
    throw new OAuthError('client_ambiguous', 'Two different client secrets are given', explanation)
  }
  let known = false
  for (const candidate of candidates) {
    const client = context.realm.store.findClient(candidate.client_id)
    if (client === undefined || client.metadata.unregistered === true) continue
    known = true
    // Some clients send a blank password for a client that has no secret.
    const ignored = candidate.client_secret === '' || context.realm.requests?.public_with_secret
    if (isSecretless(client) && ignored) checkOffered(client, context)
    else {
      checkMethod(client, clientSecretBasic, context, challenge)
      if (!sameSecret(candidate.client_secret, client.client_secret ?? '')) continue
    }
    context.trace.client_id = client.client_id
    if (candidates.length > 1) context.trace.basic = candidate === first ? 'as_sent' : 'form_decoded'
    return client
  }
  if (known) throw failed('secret_wrong', `The secret in the Basic header is not the one of client '${first.client_id}'`, challenge)
  return after(find(first.client_id, context), (admitted) => {
    if (admitted !== undefined) return admitted
    const explanation = `client_id '${first.client_id}' of the Basic header is not registered in sandbox '${context.realm.name}'`
    throw failed('client_unknown', explanation, challenge).naming({ client_id: first.client_id })
  })
}

/** Whether a client has nothing to show. */
function isSecretless({ client_secret, token_endpoint_auth_method: registered }: Client): boolean {
  const shows: readonly string[] = [clientSecretBasic.name, clientSecretPost.name]
  return registered === none.name || (client_secret === null && shows.includes(registered))
}

/**
 * The ways to read a Basic header, likeliest first: as sent, then form-decoded (RFC 6749 §2.3.1 asks clients to form-encode,
 * and hardly one does). Undefined when there is no Basic header, empty when it cannot be read.
 * @param idAlone whether a client without a secret may leave out the colon
 */
export function basicCredentials(authorization: string | undefined, idAlone = false): Credentials[] | undefined {
  if (authorization === undefined) return undefined
  const encoded = /^basic +(.*)$/i.exec(authorization.trim())?.[1]
  if (encoded === undefined) return /^basic$/i.test(authorization.trim()) ? [] : undefined
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(encoded)) return []
  const text = decodeText(Buffer.from(encoded, 'base64'))
  const colon = text.indexOf(':')
  if (colon < 0) return idAlone ? [{ client_id: text, client_secret: '' }] : []
  const raw = { client_id: text.slice(0, colon), client_secret: text.slice(colon + 1) }
  const decoded = { client_id: formDecode(raw.client_id), client_secret: formDecode(raw.client_secret) }
  return decoded.client_id === raw.client_id && decoded.client_secret === raw.client_secret ? [raw] : [raw, decoded]
}

/** UTF-8, or latin-1 for bytes that are not (Python's requests sends latin-1). */
function decodeText(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return bytes.toString('latin1')
  }
}

function formDecode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}
