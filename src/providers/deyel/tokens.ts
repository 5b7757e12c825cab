import { randomDigit } from '../../basics/random.ts'
import { type HandleFormat, maskedHandles } from '../../oauth/model/handle.ts'
import { charactersOf } from '../data/alphabet.ts'
import { jwtFormat } from '../data/token-formats.ts'
import { deyelClaims, deyelValues } from './claims.ts'

const masked = maskedHandles(charactersOf('url_safe'), 21)

/** 16 bytes as base64url, as the vendor's `jti`: of the 22nd character two bits count, so it is one of four. */
const handles: HandleFormat = {
  make: (id) => masked.make(id) + 'AQgw'[randomDigit(4)],
  key: (jti) => (/[AQgw]$/.test(jti) ? masked.key(jti.slice(0, -1)) : undefined),
}

/** The vendor's tokens, access and refresh alike: `kid` before `alg`, no `typ`. */
export const deyelTokens = jwtFormat({
  alg: 'RS256',
  header: { kid: '{kid}', alg: '{alg}' },
  claims: deyelClaims,
  handles,
  values: deyelValues,
})
