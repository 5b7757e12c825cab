import { seconds } from '../../basics/clock.ts'
import { given } from '../../basics/given.ts'
import type { MaybePromise } from '../../basics/maybe-promise.ts'
import { withFragment, withQuery } from '../clients/redirect-uri.ts'
import type { CallbackAnswer } from '../faults/kind.ts'
import { signJwt } from '../jose/jwt.ts'
import type { AuthorizationError, OAuthError } from '../model/errors.ts'
import type { Client, Grant, ResponseMode } from '../model/records.ts'
import { type Context, noteTo } from '../realm/context.ts'
import type { RedirectRules } from '../realm/redirect-rules.ts'
import { responseKey } from '../realm/signing-key.ts'
import type { Session } from '../storage/session-store.ts'
import { encryptFor } from '../tokens/encryption.ts'

/** What the client is told at its redirect URI, before it is wrapped for the way there. */
export interface AuthorizationAnswer extends CallbackAnswer {
  error?: OAuthError
  client: Client
  grant?: Grant | undefined
  session?: Session | undefined
  redirect_uri: string
  response_mode: ResponseMode
}

/** An answer that does not stand in an address. */
interface Posted {
  /** The client's redirect URI. */
  action: string
  fields: Readonly<Record<string, string>>
}

/**
 * What the browser is to do: go to an address, post a form, or tell the page of the redirect URI's origin that opened it; of a bare message
 * the parameters are all, and a text is a message of the vendor's own.
 */
export type Delivery = { redirect_to: string } | { form_post: Posted } | { web_message: Posted & { bare?: true; text?: string } }

/** Seconds in which a response JWT must be used (JARM §2.1 recommends ten minutes at most). */
const responseTtl = 600

/** An error as the client is told it (RFC 6749 §4.1.2.1, RFC 9207 §2.2). */
export function errorAnswer(error: AuthorizationError, context: Context): AuthorizationAnswer {
  const { code, message, target } = error
  const { client, redirect_uri, response_mode, state } = target
  const parameters = { error: code, error_description: message, state, iss: issOf(context) }
  return { client, redirect_uri, response_mode, parameters, error }
}

/** `iss`, where the provider tells it (RFC 9207 §2) and it is sure to be the one that the client knows. */
export function issOf({ realm, issuer, is_only_issuer }: Context): string | undefined {
  return realm.response_iss && is_only_issuer ? issuer : undefined
}

/** Wraps an answer as its response mode says (OAuth 2.0 Multiple Response Types §2.1, Form Post §2, JARM §2.3). */
export function deliver(said: AuthorizationAnswer, context: Context): MaybePromise<Delivery> {
  const parameters = context.realm.callbackWording?.(said, context) ?? said.parameters
  const answer = { ...said, parameters }
  const [way = 'query', jwt] = answer.response_mode.split('.')
  if (!context.is_only_issuer && (jwt !== undefined || said.parameters.id_token !== undefined)) {
    noteTo(context, `The callback names the issuer ${context.issuer}, where the browser is; clients elsewhere need the setting issuer`)
  }
  const { redirects, requests } = context.realm
  if (way === 'web_message' && jwt === undefined && requests?.authorization?.message !== undefined) {
    return { web_message: { ...posted(answer, parameters), text: requests.authorization.message(parameters) } }
  }
  if (jwt === undefined) return delivery(answer, way, answer.parameters, redirects)
  return responseJwt(answer, context).then((response) => delivery(answer, way, { response }, redirects))
}

function posted({ redirect_uri }: AuthorizationAnswer, parameters: AuthorizationAnswer['parameters']): Posted {
  const fields = Object.entries(parameters).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))
  return { action: redirect_uri, fields: Object.fromEntries(fields) }
}

function delivery(
  answer: AuthorizationAnswer,
  way: string,
  parameters: AuthorizationAnswer['parameters'],
  { answeredAt = (uri) => uri, encoded_as, query_ends = '' }: RedirectRules = {},
): Delivery {
  if (way === 'form_post' || way === 'web_message' || way === 'bare_message') {
    const sent = posted(answer, parameters)
    if (way === 'form_post') return { form_post: sent }
    return { web_message: way === 'web_message' ? sent : { ...sent, bare: true } }
  }
  const to = answeredAt(answer.redirect_uri)
  if (way === 'fragment') return { redirect_to: withFragment(to, parameters, encoded_as) }
  return { redirect_to: withQuery(to, parameters, encoded_as) + query_ends }
}

/** JARM §2.1 and §2.2. */
async function responseJwt({ client, parameters }: AuthorizationAnswer, context: Context): Promise<string> {
  const { realm, issuer } = context
  const exp = seconds(realm.clock.now()) + responseTtl
  // A callback that has no iss of its own is of the issuer all the same.
  const claims = { exp, iss: issuer, aud: client.client_id, ...given(parameters) }
  const key = await responseKey(client, client.metadata.authorization_signed_response_alg, realm)
  return encryptFor(client, 'authorization', await signJwt(claims, key), context)
}
