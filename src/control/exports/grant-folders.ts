import { ownValue } from '../../basics/own-value.ts'
import { isMethod } from '../../oauth/clients/methods/registry.ts'
import { clientSecretPost } from '../../oauth/clients/methods/secret.ts'
import { cibaType, deviceCodeType, jwtBearerType, tokenExchangeType } from '../../oauth/model/grant-names.ts'
import type { Client } from '../../oauth/model/records.ts'
import { onTheWire, wireName } from '../../oauth/realm/unread.ts'
import type { CollectionRequest, RequestCollection, RequestFolder } from '../../providers/collection.ts'
import { collectionIn } from '../../providers/collection-in.ts'
import type { Provider } from '../../providers/provider.ts'
import { pathsOf } from '../../providers/space.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { isBeside } from '../../sandbox/spaces.ts'

/** Whose requests they are: the first client of a world, and its first user. */
interface Cast {
  provider: Provider
  paths: Provider['paths']
  client: Pick<Client, 'grant_types' | 'token_endpoint_auth_method'> | undefined
  /** The scopes of the client's app. */
  scopes: readonly string[]
  user: { username: string; password: string } | undefined
}

/**
 * A vendor's collection with a folder for each grant type that its own requests leave out, as far as its preloaded client may use
 * it. Nothing in them changes the tokens that the vendor's requests carry.
 */
export function withGrantFolders(sandbox: Sandbox): RequestCollection {
  const collection = collectionIn(sandbox)
  const cast = castOf(sandbox)
  const named = wireName('grant_type', sandbox.provider)
  const covered = collection.folders.flatMap((folder) => folder.requests.map((request) => request.form?.[named]))
  const folders = (cast.client?.grant_types ?? []).flatMap((type) => (covered.includes(type) ? [] : (folderOf(type, cast) ?? [])))
  return { ...collection, folders: [...collection.folders, ...folders] }
}

/** Those that the vendor preloads, so that documents of two sandboxes are alike; of a space that somebody made what is there. */
function castOf(sandbox: Sandbox): Cast {
  const { provider, space, directory, company } = sandbox
  const { world, own_spaces } = provider
  const paths = pathsOf(sandbox)
  const preloaded = isBeside(sandbox) ? ownValue(own_spaces?.preloaded ?? {}, space) : world
  const [user] = preloaded?.users ?? directory.listUsers({ limit: 1 })
  const cast = { provider, paths, user: user && { username: user.username, password: user.password ?? preloaded?.company ?? company } }
  if (preloaded !== undefined) return { ...cast, client: preloaded.apps[0]?.clients[0], scopes: preloaded.apps[0]?.scopes ?? [] }
  const [client] = directory.listClients()
  return { ...cast, client, scopes: client?.app.scopes ?? [] }
}

/** The request that gets the first tokens by itself, where the vendor takes a password and its requests need a user's token. */
export function firstTokens(sandbox: Sandbox): CollectionRequest | undefined {
  const cast = castOf(sandbox)
  const { provider, client, user } = cast
  if (provider.collection.signIn === undefined || user === undefined || client?.grant_types.includes('password') !== true) return undefined
  const saves = { accessToken: 'access_token', refreshToken: 'refresh_token' }
  return { ...tokenRequest('First tokens', { grant_type: 'password', ...user }, cast), saves }
}

function folderOf(type: string, cast: Cast): RequestFolder | undefined {
  const { provider, paths, user } = cast
  // CIBA §7.1 asks for openid wherever there is one.
  const scope = provider.collection.signIn?.scope ?? (cast.scopes.includes('openid') ? 'openid' : undefined)
  const scoped = scope === undefined ? {} : { scope }
  switch (type) {
    case 'client_credentials':
      return folder('Client Credentials', [tokenRequest('Client Credentials', { grant_type: type }, cast)])
    case 'password':
      return user && folder('Password', [tokenRequest('Password', { grant_type: type, ...user, ...scoped }, cast)])
    case deviceCodeType:
      if (paths.device_authorization === undefined) return undefined
      return folder('Device Code', [
        {
          ...tokenRequest('Ask For A Device Code', scoped, cast),
          path: paths.device_authorization,
          description: 'Open `verification_uri_complete` of the answer in a browser and let the device in.',
          expects: { status: 200, members: { device_code: 'string', user_code: 'string', verification_uri: 'string' } },
          saves: { deviceCode: 'device_code' },
        },
        polling('Poll With The Device Code', { grant_type: type, device_code: '{{deviceCode}}' }, cast),
      ])
    case cibaType:
      if (paths.backchannel_authentication === undefined || user === undefined) return undefined
      return folder('Backchannel (CIBA)', [
        {
          ...tokenRequest('Ask A User', { ...scoped, login_hint: user.username, binding_message: 'W4SCT' }, cast),
          path: paths.backchannel_authentication,
          description: 'The user answers under Approvals on the dashboard.',
          expects: { status: 200, members: { auth_req_id: 'string', expires_in: 'number' } },
          saves: { authReqId: 'auth_req_id' },
        },
        polling('Poll With The Request', { grant_type: type, auth_req_id: '{{authReqId}}' }, cast),
      ])
    case tokenExchangeType:
      if (!hasOwnTokens(cast)) return undefined
      return folder('Token Exchange', [
        {
          ...tokenRequest('Get A Token To Exchange', { grant_type: 'client_credentials' }, cast),
          saves: { subjectToken: 'access_token' },
        },
        tokenRequest(
          'Exchange It',
          { grant_type: type, subject_token: '{{subjectToken}}', subject_token_type: 'urn:ietf:params:oauth:token-type:access_token' },
          cast,
        ),
      ])
    case jwtBearerType:
      return folder('JWT Bearer', [
        {
          ...tokenRequest('Send An Assertion', { grant_type: type, assertion: '{{assertion}}' }, cast),
          description: 'Put a JWT that a trusted issuer signed (RFC 7523) into the variable `assertion`; without one this is refused.',
          expects: { status: [200, 400] },
        },
      ])
    default:
      return undefined
  }
}

/** Whether the client gets tokens without a user. */
function hasOwnTokens({ client }: Cast): boolean {
  return client?.grant_types.includes('client_credentials') === true
}

function folder(name: string, requests: CollectionRequest[]): RequestFolder {
  return { name: `Grant: ${name}`, requests }
}

/** A request to the token endpoint, authenticated as the vendor's own client is. */
function tokenRequest(name: string, form: Record<string, string>, cast: Cast): CollectionRequest {
  const { client, paths, provider } = cast
  const { requests } = provider
  const inBody = isMethod(client?.token_endpoint_auth_method, clientSecretPost)
  const sent = inBody ? { ...form, client_id: '{{clientId}}', client_secret: '{{clientSecret}}' } : form
  return {
    name,
    method: 'POST',
    path: paths.token,
    auth: inBody ? 'none' : 'basic',
    form: onTheWire(sent, { requests }),
    expects: { status: 200, members: { access_token: 'string', token_type: 'string' } },
  }
}

/** Before the user has decided, the answer is `authorization_pending` (RFC 8628 §3.5). */
function polling(name: string, form: Record<string, string>, cast: Cast): CollectionRequest {
  return {
    ...tokenRequest(name, form, cast),
    description: 'Until the user has decided this is refused with `authorization_pending`; wait for the interval between two of them.',
    expects: { status: [200, 400] },
  }
}
