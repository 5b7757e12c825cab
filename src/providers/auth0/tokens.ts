import { seconds } from '../../basics/clock.ts'
import { given } from '../../basics/given.ts'
import { randomText } from '../../basics/random.ts'
import { encodeSegment, readClaims } from '../../oauth/jose/jwt.ts'
import { findApi } from '../../oauth/model/api.ts'
import { maskedHandles } from '../../oauth/model/handle.ts'
import type { Grant } from '../../oauth/model/records.ts'
import { scopes } from '../../oauth/model/scope.ts'
import type { StatementWording, TokenDraft, TokenFormat, TokenMaterial, TokenProfile } from '../../oauth/model/token-profile.ts'
import { alphabets } from '../data/alphabet.ts'
import { mfaRecoveryCode, passwordless, passwordRealm } from './grant-names.ts'
import { recoveryCodeOf } from './mfa/authenticators.ts'
import { organizationClaims } from './organizations.ts'
import { addedTo, toldOf } from './profile.ts'
import { permissionsOf } from './roles.ts'
import { auth0Settings } from './settings.ts'

const handles = maskedHandles(alphabets.url_safe ?? '', 43)
const jtis = maskedHandles(alphabets.url_safe ?? '', 22)

/** For no API: a text that looks encrypted, with nothing between the first two dots that would be its key. */
function opaque({ id, issuer }: TokenDraft): string {
  const header = encodeSegment({ alg: 'dir', enc: 'A256GCM', iss: issuer })
  return `${header}..${randomText(16)}.${handles.make(id)}${randomText(100)}.${randomText(22)}`
}

/** What the vendor calls the grant of a token; of one that came of a code it says nothing. */
const grantNames: Readonly<Record<string, string>> = {
  client_credentials: 'client-credentials',
  password: 'password',
  [passwordRealm]: 'password',
  [passwordless]: 'passwordless',
}

function claimsOf(draft: TokenDraft, aud: readonly string[], material: TokenMaterial): Record<string, unknown> {
  const { issuer, client, user, grant, iat, exp, scope, parameters } = draft
  const api = findApi(aud[0] ?? '', material.settings)
  const audience = [...aud, ...(scopes(scope).includes('openid') ? [`${issuer}userinfo`] : [])]
  const isStandard = api?.token_version?.startsWith('rfc9068') === true
  const permissions = api?.token_version?.endsWith('_authz') === true && user !== undefined
  return given({
    ...(user && addedTo(user)),
    iss: issuer,
    sub: user === undefined ? `${client.client_id}@clients` : user.user_id,
    aud: audience.length === 1 ? audience[0] : audience,
    iat,
    exp,
    scope: scope === '' ? undefined : scope,
    ...organizationClaims(grant.details.parameters?.organization ?? parameters?.organization, material),
    gty: parameters?.grant_type === 'refresh_token' ? 'refresh_token' : grantNames[grant.grant_type],
    [isStandard ? 'client_id' : 'azp']: client.client_id,
    permissions: permissions ? permissionsOf(user, aud[0] ?? '', material.documents) : undefined,
    jti: jtis.make(draft.id),
  })
}

/** For an API a JWT, for none an opaque text. */
const access: TokenFormat = {
  settings: ['signing_alg'],
  make(draft, material) {
    const { aud } = draft.details
    if (aud === undefined && draft.requested !== 'jwt') return opaque(draft)
    const claims = claimsOf(draft, aud ?? [], material)
    return { claims, alg: material.settings.signing_alg, typ: 'client_id' in claims ? 'at+jwt' : 'JWT' }
  },
  keyOf(token) {
    const parts = token.split('.')
    if (parts.length === 5 && parts[1] === '') return handles.key(parts[3]?.slice(0, 43) ?? '')
    const jti = readClaims(token)?.jti
    return typeof jti === 'string' ? jtis.key(jti) : undefined
  },
}

const refreshBeginning = 'v1.M'

const refresh: TokenFormat = {
  make: ({ id }) => refreshBeginning + handles.make(id),
  keyOf: (token) => (token.startsWith(refreshBeginning) ? handles.key(token.slice(refreshBeginning.length)) : undefined),
}

/** Whether its user has shown a second factor, at the token endpoint or on a page. */
function hasShownFactor({ details }: Grant): boolean {
  return details.vendor?.amr === 'mfa' || details.parameters?.second_factor === 'shown'
}

/** Members in the vendor's order: what is known of the user stands first. */
const idToken: StatementWording = ({ claims, user, scope, grant, parameters }, material) => {
  const { iss, aud, sub, iat, exp, auth_time, acr, amr, act, sid, nonce, at_hash, c_hash } = claims
  const inFront = c_hash !== undefined || grant.grant_type === 'implicit'
  return given({
    ...toldOf(user, scope),
    ...{ iss, aud, sub, iat, exp },
    ...{
      auth_time: parameters.max_age === undefined ? undefined : auth_time,
      acr,
      amr: hasShownFactor(grant) ? ['mfa'] : acr === undefined ? undefined : amr,
      act,
    },
    ...{ sid, nonce, ...organizationClaims(parameters.organization, material), c_hash },
    // With a token that comes the same way, and with no other.
    ...(inFront && { at_hash }),
  })
}

/** An API's token from the front is short; refresh tokens end by being unused, and all of them some time after the first. */
const lifetimes: NonNullable<TokenProfile['lifetimes']> = ({ grant }, { settings, clock }) => {
  const left = auth0Settings.of(settings).refresh_absolute_ttl - seconds(clock.now() - grant.created_at)
  return {
    access: grant.grant_type === 'implicit' && grant.details.resource !== undefined ? 7200 : undefined,
    refresh: Math.max(1, Math.min(settings.refresh_token_ttl || left, left)),
  }
}

/** How the vendor's tokens look. */
export const auth0Tokens: TokenProfile = {
  access,
  refresh,
  codes: { make: (id) => handles.make(id), keyOf: (code) => handles.key(code) },
  parameters: ['organization', 'max_age', 'screen_hint'],
  lifetimes,
  tokenResponse: ({ access_token, refresh_token, id_token, scope, expires_in, token_type, parameters, user }, { documents }) => ({
    access_token,
    // What did not change is not told again.
    refresh_token: refresh_token === parameters?.refresh_token ? undefined : refresh_token,
    id_token,
    scope: scope === '' ? undefined : scope,
    expires_in,
    token_type,
    // The one that was shown is used up.
    recovery_code: parameters?.grant_type === mfaRecoveryCode && user !== undefined ? recoveryCodeOf(user, documents) : undefined,
  }),
  idToken,
  userinfo: { scope: 'openid', body: ({ user, scope }) => ({ sub: user.user_id, ...toldOf(user, scope) }) },
}
