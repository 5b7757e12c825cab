import { after, type MaybePromise } from '../../basics/maybe-promise.ts'
import { randomFrom } from '../../basics/random.ts'
import { readClaims, signJwt } from '../jose/jwt.ts'
import { handleKey, makeHandle } from '../model/handle.ts'
import type { Settings } from '../model/settings.ts'
import type { CodeFormat, TokenFormat, TokenProfile, UnsignedJwt } from '../model/token-profile.ts'
import type { Realm } from '../realm/context.ts'
import { subjectOf } from '../realm/subject.ts'

/** A token as it is handed out: the one place where what a format made is signed. */
export function signToken(made: string | UnsignedJwt, { keys }: Pick<Realm, 'keys'>): MaybePromise<string> {
  if (typeof made === 'string') return made
  const { claims, alg, typ, withHeader } = made
  return after(keys.signing(alg), (key) => signJwt(claims, withHeader === undefined ? key : withHeader(key), typ))
}

/** Opaque tokens: the handle itself. */
export const opaqueTokens: TokenFormat = {
  make: (draft) => makeHandle(draft.id),
  keyOf: handleKey,
}

/** What of a sandbox decides how its codes look. */
interface Codes {
  tokens: Pick<TokenProfile, 'codes'>
  settings: Pick<Settings, 'code_format'>
}

const handles: CodeFormat = { make: makeHandle, keyOf: handleKey }
const longCode = 1500
/** What stands behind a code of the vendor's that was made long; nothing else is as long. */
const seam = '-._~+/='
const filling = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/='

/** A new code. */
export function makeCode({ tokens, settings }: Codes, ...about: Parameters<CodeFormat['make']>): string {
  const code = (tokens.codes ?? handles).make(...about)
  return settings.code_format === 'long' ? `${code}${seam}${randomFrom(filling, longCode - code.length - seam.length)}` : code
}

/** The key of a code's row; undefined for what is none. */
export function keyOfCode(code: string, { tokens: { codes = handles } }: Pick<Codes, 'tokens'>): number | undefined {
  return codes.keyOf(code.length < longCode ? code : (code.split(seam, 1)[0] ?? ''))
}

/**
 * The key in a claim of a JWT. As long as nothing is nested before it, as in almost every token of ours, it is read off the text, which
 * costs a third of parsing it; a quote inside of a text has a backslash before it.
 */
export function keyInClaim(token: string, claim: string): number | undefined {
  const start = token.indexOf('.') + 1
  const claims = Buffer.from(token.slice(start, token.indexOf('.', start)), 'base64url').toString('latin1')
  const before = `"${claim}":"`
  const at = claims.indexOf(before)
  if (at < 0) return undefined
  if (claims.lastIndexOf('{', at) > 0) return handleKey(String(readClaims(token)?.[claim]))
  const from = at + before.length
  return handleKey(claims.slice(from, claims.indexOf('"', from)))
}

/** Access tokens of RFC 9068 §2. */
export const jwtAccessTokens: TokenFormat = {
  settings: ['signing_alg'],
  make(draft, material) {
    const { client, grant, details, issuer } = draft
    const { auth_time, acr, amr, act } = grant.details
    const aud = details.aud ?? [issuer]
    const claims = {
      iss: issuer,
      exp: draft.exp,
      aud: aud.length === 1 ? aud[0] : aud,
      sub: subjectOf(draft, material),
      client_id: client.client_id,
      iat: draft.iat,
      jti: makeHandle(draft.id),
      scope: draft.scope === '' ? undefined : draft.scope,
      auth_time,
      acr,
      amr,
      act,
      cnf: details.cnf,
    }
    return { claims, alg: material.settings.signing_alg, typ: 'at+jwt' }
  },
  keyOf: (token) => keyInClaim(token, 'jti'),
}

/** Access tokens as the sandbox's setting or the client wants them: RFC 9068 JWTs or opaque. */
export const standardAccessTokens: TokenFormat = {
  settings: ['access_token_format', 'signing_alg'],
  make(draft, material) {
    const format = draft.requested === 'jwt' ? 'jwt' : (draft.client.metadata.access_token_format ?? material.settings.access_token_format)
    return (format === 'opaque' ? opaqueTokens : jwtAccessTokens).make(draft, material)
  },
  keyOf: (token) => opaqueTokens.keyOf(token) ?? jwtAccessTokens.keyOf(token),
}
