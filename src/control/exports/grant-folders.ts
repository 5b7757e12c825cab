import { isMethod } from '../../oauth/clients/methods/registry.ts'
import { clientSecretPost } from '../../oauth/clients/methods/secret.ts'
import { cibaType, deviceCodeType, jwtBearerType, tokenExchangeType } from '../../oauth/model/grant-names.ts'
import { onTheWire, wireName } from '../../oauth/realm/unread.ts'
import type { CollectionRequest, RequestCollection, RequestFolder } from '../../providers/collection.ts'
import type { Provider } from '../../providers/provider.ts'
import { pathsIn } from '../../providers/space.ts'

/**
 * A vendor's collection with a folder for each grant type that its own requests leave out, as far as its preloaded client may use
 * it. Nothing in them changes the tokens that the vendor's requests carry.
 */
export function withGrantFolders(provider: Provider): RequestCollection {
  const { collection } = provider
  const named = wireName('grant_type', provider)
  const covered = collection.folders.flatMap((folder) => folder.requests.map((request) => request.form?.[named]))
  const [client] = provider.world.apps[0]?.clients ?? []
  const folders = (client?.grant_types ?? []).flatMap((type) => (covered.includes(type) ? [] : (folderOf(type, provider) ?? [])))
  return { ...collection, folders: [...collection.folders, ...folders] }
}

/** The request that gets the first tokens by itself, where the vendor takes a password and its requests need a user's token. */
export function firstTokens(provider: Provider): CollectionRequest | undefined {
  const [user] = provider.world.users
  const [client] = provider.world.apps[0]?.clients ?? []
  if (provider.collection.signIn === undefined || user === undefined || client?.grant_types.includes('password') !== true) return undefined
  const saves = { accessToken: 'access_token', refreshToken: 'refresh_token' }
  return { ...tokenRequest('First tokens', { grant_type: 'password', ...credentialsOf(provider) }, provider), saves }
}

function folderOf(type: string, provider: Provider): RequestFolder | undefined {
  const { world } = provider
  const paths = pathsIn(provider)
  // CIBA §7.1 asks for openid wherever there is one.
  const scope = provider.collection.signIn?.scope ?? (world.apps[0]?.scopes.includes('openid') === true ? 'openid' : undefined)
  const [user] = world.users
  const scoped = scope === undefined ? {} : { scope }
  switch (type) {
    case 'client_credentials':
      return folder('Client Credentials', [tokenRequest('Client Credentials', { grant_type: type }, provider)])
    case 'password':
      return user && folder('Password', [tokenRequest('Password', { grant_type: type, ...credentialsOf(provider), ...scoped }, provider)])
    case deviceCodeType:
      if (paths.device_authorization === undefined) return undefined
      return folder('Device Code', [
        {
          ...tokenRequest('Ask For A Device Code', scoped, provider),
          path: paths.device_authorization,
          description: 'Open `verification_uri_complete` of the answer in a browser and let the device in.',
          expects: { status: 200, members: { device_code: 'string', user_code: 'string', verification_uri: 'string' } },
          saves: { deviceCode: 'device_code' },
        },
        polling('Poll With The Device Code', { grant_type: type, device_code: '{{deviceCode}}' }, provider),
      ])
    case cibaType:
      if (paths.backchannel_authentication === undefined || user === undefined) return undefined
      return folder('Backchannel (CIBA)', [
        {
          ...tokenRequest('Ask A User', { ...scoped, login_hint: user.username, binding_message: 'W4SCT' }, provider),
          path: paths.backchannel_authentication,
          description: 'The user answers under Approvals on the dashboard.',
          expects: { status: 200, members: { auth_req_id: 'string', expires_in: 'number' } },
          saves: { authReqId: 'auth_req_id' },
        },
        polling('Poll With The Request', { grant_type: type, auth_req_id: '{{authReqId}}' }, provider),
      ])
    case tokenExchangeType:
      if (!hasOwnTokens(provider)) return undefined
      return folder('Token Exchange', [
        {
          ...tokenRequest('Get A Token To Exchange', { grant_type: 'client_credentials' }, provider),
          saves: { subjectToken: 'access_token' },
        },
        tokenRequest(
          'Exchange It',
          { grant_type: type, subject_token: '{{subjectToken}}', subject_token_type: 'urn:ietf:params:oauth:token-type:access_token' },
          provider,
        ),
      ])
    case jwtBearerType:
      return folder('JWT Bearer', [
        {
          ...tokenRequest('Send An Assertion', { grant_type: type, assertion: '{{assertion}}' }, provider),
          description: 'Put a JWT that a trusted issuer signed (RFC 7523) into the variable `assertion`; without one this is refused.',
          expects: { status: [200, 400] },
        },
      ])
    default:
      return undefined
  }
}

/** Whether the preloaded client gets tokens without a user. */
function hasOwnTokens({ world }: Provider): boolean {
  return world.apps[0]?.clients[0]?.grant_types.includes('client_credentials') === true
}

function folder(name: string, requests: CollectionRequest[]): RequestFolder {
  return { name: `Grant: ${name}`, requests }
}

/** A request to the token endpoint, authenticated as the vendor's own client is. */
function tokenRequest(name: string, form: Record<string, string>, provider: Provider): CollectionRequest {
  const { world, requests } = provider
  const inBody = isMethod(world.apps[0]?.clients[0]?.token_endpoint_auth_method, clientSecretPost)
  const sent = inBody ? { ...form, client_id: '{{clientId}}', client_secret: '{{clientSecret}}' } : form
  return {
    name,
    method: 'POST',
    path: pathsIn(provider).token,
    auth: inBody ? 'none' : 'basic',
    form: onTheWire(sent, { requests }),
    expects: { status: 200, members: { access_token: 'string', token_type: 'string' } },
  }
}

/** Before the user has decided, the answer is `authorization_pending` (RFC 8628 §3.5). */
function polling(name: string, form: Record<string, string>, provider: Provider): CollectionRequest {
  return {
    ...tokenRequest(name, form, provider),
    description: 'Until the user has decided this is refused with `authorization_pending`; wait for the interval between two of them.',
    expects: { status: [200, 400] },
  }
}

function credentialsOf({ world }: Provider): { username: string; password: string } {
  const [user] = world.users
  return { username: user?.username ?? '', password: user?.password ?? world.company }
}
