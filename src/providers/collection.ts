/**
 * The requests that a vendor hands its clients to try, as data that names no tool: a Postman collection and an .http file are made of it.
 * `{{name}}` in a value stands for the variable of that name, `{{$guid}}` for a UUID that is new in each request.
 */
export interface RequestCollection {
  name: string
  /** Markdown: what to do first. */
  description?: string
  /** How a person gets the first token; absent where no page signs in. */
  signIn?: SignIn
  /** In the vendor's order. */
  variables: CollectionVariable[]
  /** What further variables hold until a request saves something else in them: each request works before any other was sent. */
  defaults?: Readonly<Record<string, string>>
  folders: RequestFolder[]
}

export interface RequestFolder {
  name: string
  requests: CollectionRequest[]
}

export interface CollectionRequest {
  name: string
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below `https://{{apiServer}}`, the query with it: `/oauth/token`, `/v1/search?q=ann`. `{realm}` stands for the space of that name. */
  path: string
  /** `oauth2`: as `signIn` says; `bearer`: the access token's variable; `basic`: the client's id and secret; else signed as AWS has it. */
  auth: 'oauth2' | 'bearer' | 'basic' | 'none' | AwsSignature
  headers?: Record<string, string>
  /** Sent as `application/x-www-form-urlencoded`. */
  form?: Record<string, string>
  /** Sent as `application/json`. */
  json?: unknown
  /** Markdown. */
  description?: string
  /** What a good answer is; a tool checks it after each run. */
  expects?: ExpectedAnswer
  /** Variable → where in a good answer its value stands: `access_token`, `items.0.id`. What is not there leaves the variable as it was. */
  saves?: Record<string, string>
}

/** What a request is signed for by Signature Version 4, and with which keys. */
export interface AwsSignature {
  service: string
  region: string
  accessKey: string
  secretKey: string
}

export interface ExpectedAnswer {
  /** One status, or any of several. */
  status: number | readonly number[]
  /** The media type, without parameters. */
  contentType?: string
  /** Members of the JSON body and their types; others may stand beside them. */
  members?: Record<string, 'string' | 'number' | 'boolean' | 'array' | 'object'>
}

/** The authorization code flow, as an OAuth2 form of a tool is filled in. */
export interface SignIn {
  tokenName: string
  /** Below `https://{{apiServer}}`. */
  authorizePath: string
  /** What a request there has besides, so that all comes of it that the vendor gives. */
  parameters?: Readonly<Record<string, string>>
  /** Below `https://{{apiServer}}`. */
  tokenPath: string
  callback: string
  scope: string
  state: string
  clientAuthentication: 'body' | 'header'
}

/** What vendors' tools use who print no address of their own. */
export const usualSignIn = { callback: 'https://www.getpostman.com/oauth2/callback', state: 'secret-session-state' }

export interface CollectionVariable {
  name: string
  /** What the sandbox fills in; tokens start empty. */
  holds: 'apiServer' | 'clientId' | 'clientSecret' | 'refreshToken' | 'accessToken'
}

/** Variables under the names of what they hold. */
export function variables(...all: readonly CollectionVariable['holds'][]): CollectionVariable[] {
  return all.map((holds) => ({ name: holds, holds }))
}

/** What a vendor's guide asks for. */
export const usualVariables = variables('apiServer', 'clientId', 'clientSecret', 'refreshToken', 'accessToken')

/** What a request of a collection says beside what most do. */
type More = Partial<Omit<CollectionRequest, 'name' | 'path'>>

/** Requests below one heading. */
export function folder(name: string, requests: CollectionRequest[]): RequestFolder {
  return { name, requests }
}

/** Reads something with the access token. */
export function get(name: string, path: string, members: NonNullable<ExpectedAnswer['members']>, more: More = {}): CollectionRequest {
  return { name, method: 'GET', path, auth: 'bearer', expects: { status: 200, members }, ...more }
}

/** Changes something with the access token. */
export function post(name: string, path: string, members: NonNullable<ExpectedAnswer['members']>, more: More = {}): CollectionRequest {
  return { ...get(name, path, members), method: 'POST', ...more }
}

/** Asks the token endpoint with a form and the client's Basic header, and keeps what the others carry. */
export function token(
  name: string,
  path: string,
  form: Record<string, string>,
  tokens: readonly ('access_token' | 'refresh_token' | 'id_token')[] = ['access_token'],
): CollectionRequest {
  const members = {
    ...Object.fromEntries(tokens.map((one) => [one, 'string' as const])),
    expires_in: 'number',
    token_type: 'string',
  } as const
  const refreshToken = tokens.includes('refresh_token') ? { refreshToken: 'refresh_token' } : {}
  return post(name, path, members, { auth: 'basic', form, saves: { accessToken: 'access_token', ...refreshToken } })
}

/** A server of OpenID Connect that takes passwords: what it is called, who tries it, and where it has what. */
interface Tried {
  name: string
  description: string
  tokenName: string
  user: { username: string; password: string }
  scope: string
  authorize: string
  token: string
  userinfo: string
}

/** The requests that such a server is tried with, and those that one of them has beside. */
export function usualCollection(tried: Tried, more: readonly RequestFolder[] = []): RequestCollection {
  const { name, description, tokenName, user, scope, authorize: authorizePath, token: tokenPath, userinfo } = tried
  return {
    name,
    description,
    signIn: { tokenName, authorizePath, tokenPath, ...usualSignIn, scope, clientAuthentication: 'header' },
    variables: usualVariables,
    folders: [
      folder('Tokens', [
        token('Password', tokenPath, { grant_type: 'password', ...user, scope }, ['access_token', 'refresh_token', 'id_token']),
        token('Refresh', tokenPath, { grant_type: 'refresh_token', refresh_token: '{{refreshToken}}' }, ['access_token', 'refresh_token']),
      ]),
      folder('User', [get('Userinfo', userinfo, { sub: 'string', name: 'string' })]),
      ...more,
    ],
  }
}
