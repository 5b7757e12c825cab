import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { seconds } from '../../basics/clock.ts'
import { boundsProblem, readJwt, shown, signerProblem } from '../../oauth/jose/check.ts'
import { encodeSegment } from '../../oauth/jose/jwt.ts'
import type { Jwk } from '../../oauth/jose/verification.ts'
import type { Client } from '../../oauth/model/records.ts'
import type { Context } from '../../oauth/realm/context.ts'
import type { MadeSecrets } from '../made-secrets.ts'
import { appleSettings } from './settings.ts'

/** A client's secret is an ES256 JWT that it makes of its key. Kept is the private key: the lines of its `.p8` file, as one. */

/** The issuer at the vendor's own host, and the audience of secrets wherever they are sent. */
export const vendorIssuer = 'https://appleid.apple.com'

/** Half a year: what `exp` may lie ahead of `iat`. */
const longest = 15_777_000

/** A new key, as it is kept. */
export function newKey(): string {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64')
}

/** The key of a client, also as a `.p8` file has it; undefined for a secret of another kind, which somebody gave it. */
function keyIn(kept: string | null): KeyObject | undefined {
  const lines = (kept ?? '').replace(/-----[A-Z ]+-----/g, '')
  try {
    const key = createPrivateKey({ key: Buffer.from(lines, 'base64'), format: 'der', type: 'pkcs8' })
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? key : undefined
  } catch {
    return undefined
  }
}

function publicIn(key: KeyObject): Jwk {
  const { kty, crv, x, y } = createPublicKey(key).export({ format: 'jwk' })
  return { kty, crv, x, y }
}

/** Ten letters and digits, of the public key. */
function keyId({ x, y }: Jwk): string {
  const hash = createHash('sha256').update(`${x}.${y}`).digest('hex').toUpperCase()
  return hash.slice(0, 10)
}

/** Keys that a client registered hold in place of the one that was made for it. */
function keysOf({ client_secret, metadata: { jwks } }: Client): readonly Jwk[] {
  if (jwks !== undefined) return jwks.keys
  const key = keyIn(client_secret)
  return key === undefined ? [] : [{ ...publicIn(key), kid: keyId(publicIn(key)) }]
}

/** What is wrong with a client's secret, for the developer; the client is told no more than `invalid_client`. */
export async function appleSecretProblem(client_secret: string, client: Client, { realm }: Context): Promise<string | undefined> {
  const it = 'client_secret'
  const jwt = readJwt(client_secret)
  if (jwt === undefined)
    return 'client_secret is no JWT: it is made of the key of the app and signed with ES256, each for half a year at most'
  const { header, claims } = jwt
  if (header.kid === undefined) return "client_secret has no kid in its header: the key's id"
  const unsigned = await signerProblem(
    jwt,
    { name: `client '${client.client_id}'`, algs: ['ES256'], keys: () => ({ keys: keysOf(client) }) },
    it,
  )
  if (unsigned !== undefined) return unsigned
  const { team_id } = appleSettings.of(realm.settings)
  if (claims.iss !== team_id) return `client_secret's iss is ${shown(claims.iss)}; it is the team's id: '${team_id}'`
  if (claims.sub !== client.client_id) return `client_secret's sub is ${shown(claims.sub)}; it is the client_id: '${client.client_id}'`
  const bounds = {
    now: seconds(realm.clock.now()),
    needed: ['aud', 'exp', 'iat'] as const,
    early: 60,
    late: 0,
    rule: 'creating a client secret',
  }
  const stale = boundsProblem(jwt, { ...bounds, audience: { what: 'the vendor', names: [vendorIssuer] } }, it)
  if (stale !== undefined) return stale.problem
  const lives = Number(claims.exp) - Number(claims.iat)
  return lives <= longest ? undefined : `client_secret lives ${lives} s from its iat; at most ${longest} s are taken, which is half a year`
}

/** How secrets are made of keys that the sandbox has. */
export const appleSecrets: MadeSecrets = {
  longest,
  keyOf({ client_secret, metadata }, { settings }) {
    const key = keyIn(client_secret)
    if (key === undefined || metadata.jwks !== undefined) return undefined
    const private_key = key.export({ format: 'pem', type: 'pkcs8' }).toString()
    return { team_id: appleSettings.of(settings).team_id, key_id: keyId(publicIn(key)), private_key }
  },
  make({ client_id, client_secret }, lifetime, { settings, clock }) {
    const key = keyIn(client_secret)
    if (key === undefined) throw new TypeError(`client '${client_id}' has no key to make secrets of`)
    const iat = seconds(clock.now())
    const claims = { iss: appleSettings.of(settings).team_id, iat, exp: iat + lifetime, aud: vendorIssuer, sub: client_id }
    const input = `${encodeSegment({ alg: 'ES256', kid: keyId(publicIn(key)) })}.${encodeSegment(claims)}`
    return `${input}.${sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
  },
}
