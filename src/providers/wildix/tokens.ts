import type { TokenFormat } from '../../oauth/model/token-profile.ts'
import { jwtFormat, opaqueFormat } from '../data/token-formats.ts'

/** Tokens of the three steps. */
const serviceTokens = jwtFormat({
  alg: 'RS256',
  claims: {
    iss: '{iss}',
    sub: '{extension}@{pbx}',
    aud: '{aud}',
    scope: '{scope}',
    extension: '{extension}',
    pbx: '{pbx}',
    iat: '{iat}',
    exp: '{exp}',
    jti: '{jti}',
  },
  values: ({ user, grant }) => ({ extension: user?.username, pbx: grant.details.vendor?.pbx }),
})

/** Tokens of the PBX's own OAuth2. */
const pbxTokens = opaqueFormat({ prefix: 'access_', alphabet: 'letters_digits', length: 40 })

/** Which of both flows a grant came from decides. */
export const wildixAccessTokens: TokenFormat = {
  make: (draft, material) => (draft.grant.grant_type === 'personal_token' ? serviceTokens : pbxTokens).make(draft, material),
  keyOf: (token) => pbxTokens.keyOf(token) ?? serviceTokens.keyOf(token),
}
