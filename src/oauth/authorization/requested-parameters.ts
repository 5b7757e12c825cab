import { after, type MaybePromise } from '../../basics/maybe-promise.ts'
import { digest } from '../../basics/random.ts'
import { OAuthError } from '../model/errors.ts'
import type { Parameters } from '../model/parameters.ts'
import type { Client } from '../model/records.ts'
import type { Context } from '../realm/context.ts'
import { pushedPrefix } from '../storage/store.ts'
import { readRequestObject } from './request-object.ts'

/** Where an authorization request comes from. */
export interface RequestSource {
  /** The client pushes it (RFC 9126), and no browser brings it yet. */
  pushed?: boolean
  /** Only a look: nothing that may be used once is used. */
  dry?: boolean
}

/**
 * The parameters that count: those of the query, or of the request object or the pushed request that it names.
 * @throws OAuthError about the request object or the `request_uri`
 */
export function requestedParameters(
  outside: Parameters,
  client: Client,
  context: Context,
  source: RequestSource,
): MaybePromise<Parameters> {
  const { settings } = context.realm
  const { request, request_uri } = outside
  if (request !== undefined && request_uri !== undefined) {
    throw new OAuthError(
      'request_contradictory',
      'request and request_uri exclude each other',
      'request and request_uri both came (RFC 9101 §5)',
    )
  }
  if (request_uri !== undefined) return agreeing(outside, pushedParameters(request_uri, client, context, source))
  if (source.pushed !== true && (settings.require_pushed_authorization_requests || client.metadata.require_pushed_authorization_requests)) {
    const who = settings.require_pushed_authorization_requests ? 'the sandbox' : `client '${client.client_id}'`
    throw new OAuthError('request_unprotected', 'The request must be pushed', `${who} requires pushed authorization requests (RFC 9126 §5)`)
  }
  if (request === undefined) {
    if (client.metadata.require_signed_request_object !== true) return outside
    const explanation = `client '${client.client_id}' registered require_signed_request_object, and no request came (RFC 9101 §10.5)`
    throw new OAuthError('request_unprotected', 'A request object is required', explanation)
  }
  return after(readRequestObject(request, client, context), (inside) => agreeing(outside, inside))
}

/** RFC 9126 §4: each `request_uri` is used once, by the client that pushed it. */
function pushedParameters(request_uri: string, client: Client, { realm }: Context, { dry = false }: RequestSource): Parameters {
  if (!request_uri.startsWith(pushedPrefix)) {
    const explanation = `request_uri '${request_uri}' is none of the pushed ones, which begin with ${pushedPrefix}`
    throw new OAuthError('request_uri_not_supported', 'This request_uri is not supported', explanation)
  }
  const stays = dry || realm.requests?.authorization?.pushed_stays === true
  const found = stays
    ? realm.store.findPushedRequest(keyOf(request_uri), client, realm.clock.now())
    : takePushed(request_uri, client, realm)
  if (found !== undefined) return found
  const explanation = `request_uri was not pushed by client '${client.client_id}', was used before, or is older than 60 s (RFC 9126 §4)`
  throw new OAuthError('invalid_request_uri', 'The request_uri is not valid', explanation)
}

const keyOf = (request_uri: string) => digest(request_uri.slice(pushedPrefix.length))

/** What a client pushed, once. */
export function takePushed(request_uri: string, client: Client, { store, clock }: Context['realm']): Parameters | undefined {
  return store.takePushedRequest(keyOf(request_uri), client, clock.now())
}

/** RFC 9101 §6.3: the parameters inside are those that count; what stands outside as well must say the same. */
function agreeing(outside: Parameters, inside: Parameters): Parameters {
  const differing = Object.entries(outside).find(
    ([name, value]) => name !== 'request' && name !== 'request_uri' && inside[name] !== undefined && inside[name] !== value,
  )
  if (differing === undefined) return inside
  const [name, value] = differing
  const explanation = `${name} is '${value}' in the query and '${inside[name]}' in the request that it names (RFC 9101 §6.3)`
  throw new OAuthError('request_contradictory', `Parameter ${name} contradicts the request object`, explanation).naming({
    parameter: name ?? '',
  })
}
