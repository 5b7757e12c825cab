import { sign } from 'node:crypto'

const halfAYear = 15_777_000

/** The client secret that Apple asks for: a JWT, signed with the key that one gets from Apple as a .p8 file. */
export function appleSecret({ AUTH_APPLE_ID, APPLE_TEAM_ID, APPLE_KEY_ID, APPLE_PRIVATE_KEY }) {
  const iat = Math.floor(Date.now() / 1000)
  const claims = { iss: APPLE_TEAM_ID, iat, exp: iat + halfAYear, aud: 'https://appleid.apple.com', sub: AUTH_APPLE_ID }
  const encode = (part) => Buffer.from(JSON.stringify(part)).toString('base64url')
  const input = `${encode({ alg: 'ES256', kid: APPLE_KEY_ID })}.${encode(claims)}`
  const key = `-----BEGIN PRIVATE KEY-----\n${APPLE_PRIVATE_KEY}\n-----END PRIVATE KEY-----`
  return `${input}.${sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
}
