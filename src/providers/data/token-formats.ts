import { randomUUID } from 'node:crypto'
import { seconds } from '../../basics/clock.ts'
import { after } from '../../basics/maybe-promise.ts'
import { randomText } from '../../basics/random.ts'
import { type SigningAlg, type SigningKey, signInput } from '../../oauth/jose/jws.ts'
import { encodeSegment, readClaims } from '../../oauth/jose/jwt.ts'
import { type HandleFormat, maskedHandles } from '../../oauth/model/handle.ts'
import type { User } from '../../oauth/model/records.ts'
import type { StatementWording, TokenDraft, TokenFormat, TokenMaterial, UserStatement } from '../../oauth/model/token-profile.ts'
import { charactersOf } from './alphabet.ts'
import type { IdDeclaration, TokenDeclaration } from './declaration.ts'
import { compileMembers, type Template, type Values } from './template.ts'

/** How tokens look that a declaration says. */
export function tokenFormat(declaration: TokenDeclaration): TokenFormat {
  if (declaration.format === 'opaque') return opaqueFormat(declaration)
  const { alg, header, claims, jti } = declaration
  return jwtFormat({ alg, header, claims, ...(jti === undefined ? {} : { handles: handlesOf(jti) }) })
}

/** Opaque tokens of a fixed length and alphabet behind a prefix. */
export function opaqueFormat(declaration: IdDeclaration): TokenFormat {
  const handles = handlesOf(declaration)
  return { make: ({ id }) => handles.make(id), keyOf: (token) => handles.key(token) }
}

function handlesOf({ prefix = '', alphabet, length }: IdDeclaration): HandleFormat {
  const handles = maskedHandles(charactersOf(alphabet), length)
  return {
    make: (id) => prefix + handles.make(id),
    key: (text) => (text.startsWith(prefix) ? handles.key(text.slice(prefix.length)) : undefined),
  }
}

/** A JWT as templates: data, and values that only code can work out. */
export interface JwtTemplates {
  /** The sandbox's `signing_alg` when absent. */
  alg?: SigningAlg | undefined
  header?: { readonly [member: string]: Template } | undefined
  claims: { readonly [claim: string]: Template }
  handles?: HandleFormat
  /** More names for the claims. */
  values?: (draft: TokenDraft, material: TokenMaterial) => Values
}

const standardHeader = { alg: '{alg}', typ: 'JWT', kid: '{kid}' }
const standardHandles = maskedHandles(charactersOf('url_safe'), 32)

/** JWTs whose header and claims are templates; the claim that is `{jti}` carries the key of the token's row. */
export function jwtFormat({ alg, header = standardHeader, claims, handles = standardHandles, values }: JwtTemplates): TokenFormat {
  const carrier = carrierOf(claims)
  const fillHeader = compileMembers(header)
  const fillClaims = compileMembers(claims)
  const headers = new WeakMap<SigningKey, string>()
  const headerOf = (key: SigningKey): string => {
    const known = headers.get(key)
    if (known !== undefined) return known
    const made = encodeSegment(fillHeader({ alg: key.alg, kid: key.kid === '' ? undefined : key.kid }))
    headers.set(key, made)
    return made
  }
  return {
    make(draft, material) {
      const known = claimValues(draft, material, handles.make(draft.id))
      const filled = fillClaims(values === undefined ? known : { ...known, ...values(draft, material) })
      return after(material.keys.signing(alg ?? material.settings.signing_alg), (key) =>
        signInput(`${headerOf(key)}.${encodeSegment(filled)}`, key),
      )
    },
    keyOf(token) {
      const handle = readClaims(token)?.[carrier]
      return typeof handle === 'string' ? handles.key(handle) : undefined
    },
  }
}

/** The claim that is `{jti}`. */
export function carrierOf(claims: { readonly [claim: string]: Template }): string {
  const carrier = Object.keys(claims).find((claim) => claims[claim] === '{jti}')
  if (carrier === undefined) throw new TypeError('one claim must be {jti}')
  return carrier
}

/** What everything may be made of that is said of a client and its user; `docs/providers.md` says what each is. */
const partyNames = [
  ...['client_id', 'app_id', 'app_name', 'user_id', 'username', 'email', 'name', 'first_name', 'last_name', 'user_type', 'created_at'],
  ...['scope', 'company', 'user', 'client', 'settings', 'uuid', 'random'],
]

/** What a claim may be made of. */
export const claimNames: readonly string[] = [
  ...['iss', 'sub', 'aud', 'grant_type', 'use', 'iat', 'exp', 'ttl', 'auth_time', 'jti'],
  ...partyNames,
]

const idTokenClaims = [
  ...['iss', 'sub', 'aud', 'azp', 'exp', 'iat', 'auth_time', 'nonce', 'acr', 'amr', 'sid', 'act'],
  ...['at_hash', 'c_hash', 's_hash'],
]

/** What a claim of an ID token may be made of; `claims` is all that OpenID Connect would put there. */
export const idTokenNames: readonly string[] = [...idTokenClaims, 'claims', ...partyNames]

/** What userinfo may be made of. */
export const userinfoNames: readonly string[] = ['sub', 'claims', ...partyNames]

/** What an ID token or userinfo says, as a template. */
export function statement(template: { readonly [member: string]: Template }): StatementWording {
  const fill = compileMembers(template)
  return (said, material) => {
    const { claims } = said
    const values = partyValues(said, material)
    for (const name of idTokenClaims) values[name] = claims[name]
    values.claims = claims
    return fill(values)
  }
}

function claimValues(draft: TokenDraft, material: TokenMaterial, jti: string): Values {
  const { client, user, grant, iat, exp } = draft
  const { aud } = draft.details
  return Object.assign(partyValues(draft, material), {
    iss: draft.issuer,
    sub: user?.user_id ?? client.client_id,
    aud: aud?.length === 1 ? aud[0] : aud,
    grant_type: grant.grant_type,
    use: draft.use,
    iat,
    exp,
    ttl: exp === undefined ? undefined : exp - iat,
    auth_time: grant.details.auth_time,
    jti,
  })
}

/** A client and its user under the names of {@link partyNames}. */
function partyValues(
  { client, user, scope }: Pick<UserStatement, 'client' | 'scope'> & { user: User | undefined },
  { company, settings }: TokenMaterial,
): Record<string, unknown> {
  return {
    client_id: client.client_id,
    app_id: client.app.app_id,
    app_name: client.app.name,
    user_id: user?.user_id,
    username: user?.username,
    email: user?.email ?? undefined,
    name: user === undefined ? undefined : `${user.first_name} ${user.last_name}`.trim(),
    first_name: user?.first_name,
    last_name: user?.last_name,
    user_type: user?.type ?? undefined,
    created_at: user === undefined ? undefined : seconds(user.created_at),
    scope: scope === '' ? undefined : scope,
    company,
    user: user?.claims,
    client: client.metadata,
    settings,
    get uuid() {
      return randomUUID()
    },
    get random() {
      return randomText(22)
    },
  }
}
