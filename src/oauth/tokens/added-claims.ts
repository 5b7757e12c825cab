import { given } from '../../basics/given.ts'
import { compileMembers, type Values } from '../../basics/template.ts'
import { encodeSegment } from '../jose/jwt.ts'
import type { ClaimsPlace, ClaimsSetting } from '../model/settings.ts'
import type { TokenDraft, UnsignedJwt } from '../model/token-profile.ts'
import { type Context, noteTo } from '../realm/context.ts'
import { type Party, ruleFor } from './claims-when.ts'
import { claimValues } from './template-values.ts'

/** What tokens and answers tell beyond what the provider says: claims of users and clients, those of the settings `claims` and `claims_when`, a mint's. */

type Claims = Readonly<Record<string, unknown>>

/** What the protocol says in any token (RFC 7519 §4.1, RFC 9068 §2.2, OpenID Connect Core §2, RFC 7800 §3.1). */
const ofTokens = [
  ...['iss', 'sub', 'aud', 'exp', 'iat', 'nbf', 'jti', 'auth_time', 'acr', 'amr', 'act', 'cnf'],
  ...['nonce', 'azp', 'sid', 'at_hash', 'c_hash', 's_hash'],
]

/** What the protocol says in each place, and no user or client unasked. */
const reserved: Readonly<Record<ClaimsPlace, ReadonlySet<string>>> = {
  access_token: new Set([...ofTokens, 'client_id', 'scope']),
  id_token: new Set(ofTokens),
  userinfo: new Set(ofTokens),
  introspection: new Set([...ofTokens, 'active', 'client_id', 'scope', 'token_type', 'username']),
}

const places: Readonly<Record<ClaimsPlace, string>> = {
  access_token: 'the access token',
  id_token: 'the ID token',
  userinfo: 'userinfo',
  introspection: 'introspection',
}

/** The claims that may stand in a place unasked; what is the protocol's to say is noted. */
export function unreserved(claims: Claims, place: ClaimsPlace, whose: string, context: Context): Record<string, unknown> {
  const shadowing = Object.keys(claims).filter((name) => reserved[place].has(name))
  if (shadowing.length === 0) return claims
  const names = shadowing.join(', ')
  noteTo(context, `${whose} has the claim ${names}: without effect in ${places[place]}, which the protocol gives its own; a template may`)
  return Object.fromEntries(Object.entries(claims).filter(([name]) => !reserved[place].has(name)))
}

/** Whether anything is told in a place beyond what the provider says. */
export function addsClaims(place: ClaimsPlace, { realm: { settings } }: Context): boolean {
  const said = [settings, ...settings.claims_when].some(({ claims }) => claims[place] !== undefined)
  return said || (settings.claims_in_access_token && takesOwn(place))
}

/** Where the claims of users and clients come in by `claims_in_access_token`. */
function takesOwn(place: ClaimsPlace): boolean {
  return place === 'access_token' || place === 'introspection'
}

/**
 * What is told in a place beyond what the provider says, the later the stronger: the claims of user and client, those that a
 * template takes all, those that a template names, and the same of the rule that holds.
 */
export function addedClaims(place: ClaimsPlace, party: Party, values: Values, context: Context): Record<string, unknown> {
  const { claims, claims_in_access_token, claims_when } = context.realm.settings
  const { user, client } = party
  const own = claims_in_access_token && takesOwn(place)
  return {
    ...(own && user !== undefined ? unreserved(user.claims, place, `User '${user.username}'`, context) : {}),
    ...(own ? unreserved(client.metadata.claims ?? {}, place, `Client '${client.client_id}'`, context) : {}),
    ...templated(claims, place, values, context),
    ...templated(ruleFor(claims_when, party, values)?.claims ?? {}, place, values, context),
  }
}

function templated(claims: ClaimsSetting, place: ClaimsPlace, values: Values, context: Context): Record<string, unknown> {
  if (claims[place] === undefined) return {}
  const { named, others } = compiledFor(claims, place)
  return { ...unreserved(others(values), place, `The template * of the setting claims.${place}`, context), ...named(values) }
}

/** The templates of a place, ready to be filled. */
interface Compiled {
  named: (values: Values) => Record<string, unknown>
  others: (values: Values) => Record<string, unknown>
}

const compiled = new WeakMap<ClaimsSetting, Map<ClaimsPlace, Compiled>>()

function compiledFor(setting: ClaimsSetting, place: ClaimsPlace): Compiled {
  let known = compiled.get(setting)
  if (known === undefined) {
    known = new Map()
    compiled.set(setting, known)
  }
  let one = known.get(place)
  if (one === undefined) {
    const { '*': all, ...named } = setting[place] ?? {}
    const others = compileMembers({ '*': all ?? {} })
    const names = Object.keys(named)
    one = {
      named: compileMembers(named),
      others: (values) => Object.fromEntries(Object.entries(others(values)).filter(([name]) => !names.includes(name))),
    }
    known.set(place, one)
  }
  return one
}

/** An access token, which is not signed yet, with what is told beyond what its format says. */
export function withAddedClaims(
  made: string | UnsignedJwt,
  draft: TokenDraft,
  minted: Claims | undefined,
  context: Context,
): string | UnsignedJwt {
  const { realm } = context
  const added = addsClaims('access_token', context) ? addedClaims('access_token', draft, claimValues(draft, realm), context) : {}
  const claims = { ...added, ...minted }
  const names = Object.keys(claims)
  if (names.length === 0) return made
  if (typeof made === 'string') {
    noteTo(context, `The access token is opaque and has no place for claims: ${names.join(', ')} are without effect in it`)
    return made
  }
  const there = given(made.claims)
  const isFound = (more: Claims) => realm.tokens.access.keyOf(`.${encodeSegment({ ...there, ...more })}.`) === draft.id
  // By one of its claims a token is found again, and it stays as it is.
  const fixed = isFound(claims) ? [] : names.filter((name) => !isFound({ [name]: claims[name] }))
  for (const name of fixed) {
    delete claims[name]
    noteTo(context, `The claim ${name} of the access token stays as it is: the token is found again by it`)
  }
  return { ...made, claims: { ...there, ...claims } }
}
