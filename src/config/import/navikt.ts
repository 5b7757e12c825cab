import { jwtBearerType, tokenExchangeType } from '../../oauth/model/grant-names.ts'
import { secretProblem } from '../../oauth/tokens/template-values.ts'
import { cleanName, ImportError } from '../../providers/data/import.ts'
import type { ImportFormat, SandboxContent } from './format.ts'
import { hasOne, Members, mapping } from './members.ts'

/** Whoever signs in where nobody is asked who he is. */
const anybody = 'user'

/** Secrets that a mapping can only say are there, and the grant type whose requests have them. */
const grantsBySecret: Readonly<Record<string, string>> = {
  code: 'authorization_code',
  refresh_token: 'refresh_token',
  password: 'password',
  assertion: jwtBearerType,
  subject_token: tokenExchangeType,
}

const names = ['tokenCallbacks', 'interactiveLogin', 'tokenProvider', 'rotateRefreshToken', 'loginPagePath', 'staticAssetsPath']

/** The JSON_CONFIG of navikt's mock-oauth2-server: a sandbox for each issuer, at the path that it has there. */
export const navikt: ImportFormat = {
  name: 'navikt',
  what: "mock-oauth2-server's JSON_CONFIG",
  reads: (document) => hasOne(document, [...names, 'httpServer']),
  read(document, name) {
    const left: string[] = []
    const config = new Members(document, '', left)
    const shared = sharedSettings(config)
    const callbacks = config.each('tokenCallbacks')
    if (name !== undefined && callbacks.length > 1)
      throw new ImportError(`tokenCallbacks: expected one issuer for sandbox ${name}, got ${callbacks.length}; leave --sandbox out`)
    const sandboxes: Record<string, SandboxContent> = {}
    for (const callback of callbacks) {
      const issuer = callback.required('issuerId')
      const known = name ?? cleanName(issuer)
      if (Object.hasOwn(sandboxes, known))
        throw new ImportError(`${callback.place('issuerId')}: expected one that no other has, got ${issuer}`)
      if (name === undefined && known !== issuer)
        callback.tell(`the issuer is at /${known}, for names here are of a-z, 0-9 and -`, 'issuerId')
      sandboxes[known] = sandbox(shared, callback)
      callback.rest()
    }
    if (callbacks.length === 0) sandboxes[name ?? 'default'] = sandbox(shared, undefined)
    if (config.any('interactiveLogin') !== true) tellSilence(config)
    for (const page of ['loginPagePath', 'staticAssetsPath'])
      config.leave(page, 'the sign-in page is ours; claims of a user stand with the user')
    config.leave('httpServer', 'https and http are served on one port, with certificates of grantbox: see grantbox ca')
    config.rest()
    return { sandboxes, left }
  },
}

/** Nobody is registered there, so nothing tells at which addresses a sign-in may be answered without a page. */
function tellSilence(config: Members): void {
  config.tell(
    `is off, so nobody is asked who he is; that happens here at redirect URIs of registered apps alone: add yours (apps with redirect_uris), else a page asks`,
    'interactiveLogin',
  )
}

/** What holds for each issuer. */
function sharedSettings(config: Members) {
  const provider = config.inner('tokenProvider')
  const keyProvider = provider?.inner('keyProvider')
  const alg = keyProvider?.text('algorithm') ?? 'RS256'
  const given = keyProvider?.any('initialKeys')
  const jwk = typeof given === 'string' ? parsed(given, keyProvider?.place('initialKeys') ?? '') : mapping(given)
  if (jwk !== undefined && jwk.d === undefined) keyProvider?.tell('is a public key, which signs nothing: keys are made', 'initialKeys')
  provider?.leave('systemTime', "each sandbox has a clock: PATCH /_grantbox/sandboxes/NAME/clock, or the library's sandbox.clock")
  keyProvider?.rest()
  provider?.rest()
  const interactive = config.flag('interactiveLogin') === true
  const settings = {
    strictness: 'lenient',
    signing_alg: alg,
    id_token_signing_alg: alg,
    rotation: config.flag('rotateRefreshToken') === true ? 'strict' : 'off',
    ...(!interactive && { auto_sign_in: anybody }),
  }
  const keys = jwk?.d === undefined ? undefined : [{ jwk, ...(typeof jwk.kid === 'string' && { kid: jwk.kid }) }]
  return { settings, keys, users: interactive ? [] : [{ username: anybody, user_id: anybody, password: anybody }] }
}

function parsed(text: string, at: string): Readonly<Record<string, unknown>> {
  try {
    const jwk = mapping(JSON.parse(text))
    if (jwk !== undefined) return jwk
  } catch {
    // Said below.
  }
  throw new ImportError(`${at}: expected a JWK as JSON`)
}

/** Whoever signed in is the subject there, by the name that he typed. */
const byName = { sub: '{username}' }

function sandbox({ settings, keys, users }: ReturnType<typeof sharedSettings>, callback: Members | undefined): SandboxContent {
  const life = callback?.seconds('tokenExpiry')
  const issuer = callback?.text('issuerId') ?? 'default'
  // Without mappings a token tells by which issuer it came.
  const own = callback === undefined ? { ...byName, tid: issuer } : byName
  return {
    provider: 'standard',
    seed: false,
    ...(users.length > 0 && { users }),
    ...(keys !== undefined && { keys }),
    settings: {
      ...settings,
      ...(life !== undefined && { access_token_ttl: life, id_token_ttl: life }),
      claims: { access_token: own, id_token: own, userinfo: byName, introspection: own },
      claims_when: (callback?.each('requestMappings') ?? []).flatMap((mapped) => rule(mapped) ?? []),
    },
  }
}

/** A mapping of requests to claims; undefined when nothing here can tell when it holds. */
function rule(mapped: Members) {
  const parameter = mapped.required('requestParam')
  const match = mapped.text('match') ?? '*'
  const claims = templates(mapped.any('claims') ?? {}) as Record<string, unknown>
  if (mapped.text('typeHeader') !== undefined)
    mapped.tell("the header typ is 'at+jwt' in access tokens (RFC 9068) and 'JWT' in ID tokens", 'typeHeader')
  mapped.rest()
  const when = condition(parameter, match, mapped)
  if (when === undefined) return undefined
  const { aud: _aud, ...ofId } = claims
  if (_aud !== undefined) mapped.tell('is in access tokens alone: an ID token is for the client (OpenID Connect Core §2)', 'claims.aud')
  const { sub } = claims
  return { when, claims: { access_token: claims, id_token: ofId, introspection: claims, userinfo: sub === undefined ? {} : { sub } } }
}

function condition(parameter: string, match: string, mapped: Members): Record<string, string> | undefined {
  // Whoever signed in has this name there.
  const name = parameter === 'subject' ? 'username' : parameter
  const pattern = match.replaceAll('.*', '*')
  if (secretProblem(`parameters.${name}`) !== undefined) {
    const grant_type = grantsBySecret[parameter]
    if (pattern === '*' && grant_type !== undefined) return { grant_type }
    mapped.tell(
      `${parameter}=${match} is a secret or made here, and cannot be foretold: match grant_type, client_id, scope or username instead`,
    )
    return undefined
  }
  if (/[\\^$+?()[\]{}|]/.test(pattern)) {
    mapped.tell(
      `match ${JSON.stringify(match)} is a regular expression: only * stands for any characters here, so write one rule of claims_when for each`,
    )
    return undefined
  }
  return { [name]: pattern }
}

/** `${name}` there is `{name}` here: the client's id, or a parameter. */
function templates(value: unknown): unknown {
  if (typeof value === 'string') {
    return value.replaceAll(/\$\{(\w+)\}/g, (_, name: string) =>
      /^client_?id$/i.test(name) ? '{client_id}' : name === 'username' || name === 'subject' ? '{username}' : `{parameters.${name}}`,
    )
  }
  if (Array.isArray(value)) return value.map(templates)
  const members = mapping(value)
  return members === undefined ? value : Object.fromEntries(Object.entries(members).map(([name, one]) => [name, templates(one)]))
}
