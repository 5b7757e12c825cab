import { randomUUID } from 'node:crypto'
import { seconds } from '../../basics/clock.ts'
import { randomText } from '../../basics/random.ts'
import type { Values } from '../../basics/template.ts'
import type { Parameters } from '../model/parameters.ts'
import type { GrantDetails, User } from '../model/records.ts'
import { isSecretName } from '../model/secret-names.ts'
import type { TokenDraft, TokenMaterial, UserStatement } from '../model/token-profile.ts'
import type { Realm } from '../realm/context.ts'
import { namedParameters } from '../realm/named-parameters.ts'
import { subjectFor } from '../realm/subject.ts'

/** What everything may be made of that is said of a client and its user; `docs/providers.md` says what each is. */
export const partyNames: readonly string[] = [
  ...['client_id', 'app_id', 'app_name', 'user_id', 'username', 'email', 'name', 'first_name', 'last_name', 'user_type', 'created_at'],
  ...['scope', 'company', 'user', 'client', 'settings', 'parameters', 'path', 'uuid', 'random'],
]

/** What a claim may be made of. */
export const claimNames: readonly string[] = [
  ...['iss', 'sub', 'aud', 'grant_type', 'use', 'iat', 'exp', 'ttl', 'auth_time', 'jti'],
  ...partyNames,
]

/** What the protocol says in an ID token. */
const idTokenClaims = [
  ...['iss', 'sub', 'aud', 'azp', 'exp', 'iat', 'auth_time', 'nonce', 'acr', 'amr', 'sid', 'act'],
  ...['at_hash', 'c_hash', 's_hash'],
]

/** What a claim of an ID token may be made of; `claims` is all that OpenID Connect would put there. */
export const idTokenNames: readonly string[] = [...idTokenClaims, 'claims', ...partyNames]

/** What userinfo may be made of. */
export const userinfoNames: readonly string[] = ['sub', 'claims', ...partyNames]

/** What is expected instead of a name that would tell a secret; undefined for whatever may be told. */
export function secretProblem(name: string): string | undefined {
  const [from = '', first] = name.split('.')
  if (from !== 'parameters' && from !== 'settings') return undefined
  if (first === undefined) return `the name of one of the ${from}, as {${from}.NAME}`
  return isSecretName(first) || /code$/i.test(first) ? `a name among the ${from} that is no secret, code, token or assertion` : undefined
}

/** What will be told of a request's parameters or wanted later, for its grant or token to keep; undefined when it is nothing. */
export function keptParameters(parameters: Parameters, realm: Pick<Realm, 'tokens' | 'settings' | 'requests'>): GrantDetails['parameters'] {
  const names = [...namedParameters(realm), ...(realm.requests?.authorization?.keeps ?? [])]
  const kept = names.filter((name) => parameters[name] !== undefined)
  return kept.length === 0 ? undefined : Object.fromEntries(kept.map((name) => [name, parameters[name] ?? '']))
}

/** What the names in a claim's template stand for, for one token. */
export function claimValues(draft: TokenDraft, material: TokenMaterial, jti?: string): Values {
  const { client, user, grant, details, iat, exp } = draft
  const { aud } = details
  const parameters = { ...grant.details.parameters, ...details.parameters, ...draft.parameters }
  return Object.assign(partyValues({ client, user, scope: draft.scope, parameters, space: draft.space }, material), {
    iss: draft.issuer,
    sub: user === undefined ? client.client_id : subjectFor(user, client, material),
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

/** What the names in a template of an ID token or of userinfo stand for. */
export function statementValues(said: UserStatement, material: TokenMaterial): Values {
  const { claims } = said
  const values = partyValues(said, material)
  for (const name of idTokenClaims) values[name] = claims[name]
  values.claims = claims
  return values
}

/** A client and its user under the names that every claim may be made of. */
export function partyValues(
  { client, user, scope, parameters, space }: Pick<UserStatement, 'client' | 'scope' | 'parameters' | 'space'> & { user: User | undefined },
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
    get user() {
      return user === undefined ? undefined : { ...user.claims, claims: user.claims }
    },
    client: client.metadata,
    settings,
    parameters,
    path: space?.path,
    get uuid() {
      return randomUUID()
    },
    get random() {
      return randomText(22)
    },
  }
}
