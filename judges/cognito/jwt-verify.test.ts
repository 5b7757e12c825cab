import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { promisify } from 'node:util'
import { CognitoJwtVerifier, JwtVerifier } from 'aws-jwt-verify'
import { JwtInvalidSignatureError } from 'aws-jwt-verify/error'
import type { JwksCache } from 'aws-jwt-verify/jwk'
import { expect, test } from 'vitest'
import { recordRequests } from '../../test/support/recording/judge-requests.ts'
import { startForFile } from '../../test/support/server.ts'
import { operate, pool, spa } from '../../test/vendors/cognito/pool.ts'

/** Amazon's verifier of the tokens of its pools. */

const box = await startForFile()
recordRequests('cognito', 'jwt-verify', box)
setDefaultCACertificates([...getCACertificates('default'), await box.ca()])
const base = `${box.https}/cognito`
const issuer = `${base}/${pool}`

async function tokens(): Promise<Record<'AccessToken' | 'IdToken', string>> {
  const AuthParameters = { USERNAME: 'alice', PASSWORD: 'Password1!' }
  const { json } = await operate(base, 'InitiateAuth', { AuthFlow: 'USER_PASSWORD_AUTH', ClientId: spa.client_id, AuthParameters })
  return json.AuthenticationResult as Record<'AccessToken' | 'IdToken', string>
}

test('verifies ID tokens by the issuer and the key set of the twin’s own address', async () => {
  const { IdToken } = await tokens()
  const verifier = JwtVerifier.create({ issuer, audience: spa.client_id, jwksUri: `${issuer}/.well-known/jwks.json` })
  expect((await verifier.verify(IdToken))['cognito:username']).toBe('alice')
  const [header, claims, signature = ''] = IdToken.split('.')
  const forged = `${header}.${claims}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`
  await expect(verifier.verify(forged)).rejects.toThrow(JwtInvalidSignatureError)
})

test('knows each of the two keys by its id', async () => {
  const { AccessToken, IdToken } = await tokens()
  const jwks = (await (await fetch(`${issuer}/.well-known/jwks.json`)).json()) as Parameters<JwksCache['addJwks']>[1]
  expect(jwks.keys).toHaveLength(2)
  const verifier = JwtVerifier.create({ issuer, audience: null, jwksUri: `${issuer}/.well-known/jwks.json` })
  verifier.cacheJwks(jwks)
  expect(verifier.verifySync(AccessToken).token_use).toBe('access')
  expect(verifier.verifySync(IdToken).token_use).toBe('id')
  expect(() => CognitoJwtVerifier.create({ userPoolId: 'nonsense' })).toThrow('Invalid Cognito User Pool ID')
})

test('takes the twin for the vendor when a run is led by the proxy', { timeout: 60_000 }, async () => {
  const main = join(import.meta.dirname, '../../src/cli/main.ts')
  const program = join(import.meta.dirname, 'unchanged.ts')
  const run = [main, 'run', '--offline', '--port', '0', '--db', ':memory:', '--', process.execPath, program]
  const { stdout } = await promisify(execFile)(process.execPath, run, { cwd: import.meta.dirname })
  expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toEqual([
    'alice',
    'alice',
    'grantbox0m2m0client0000001',
    'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Grantbox1',
  ])
})
