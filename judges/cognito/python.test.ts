import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { recordRequests } from '../../test/support/recording/judge-requests.ts'
import { startForFile } from '../../test/support/server.ts'
import { pool, spa, web } from '../../test/vendors/cognito/pool.ts'
import { cognitoProofs, randomWord } from '../../test/vendors/cognito/proofs.ts'
import { inPython, prepare, tryOut } from '../foreign.ts'

/** boto3, Amazon's SDK for Python, and pycognito, which signs in by SRP with it; what they do is in `python/trials.py`. */

const judge = inPython(join(import.meta.dirname, 'python'))
const missing = await prepare(judge)
const server = await startForFile({ defaultProvider: 'cognito' })
recordRequests('cognito', 'python', server, cognitoProofs)
const folder = await mkdtemp(join(tmpdir(), 'grantbox-'))
afterAll(() => rm(folder, { recursive: true }))
const ca = join(folder, 'ca.pem')
await writeFile(ca, await server.ca())

const isRecorded = process.env.GRANTBOX_RECORD !== undefined
const env = {
  CONTROL: server.url,
  POOL: pool,
  CLIENT_ID: web.client_id,
  CLIENT_SECRET: web.client_secret,
  PUBLIC_CLIENT_ID: spa.client_id,
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'none',
  AWS_EC2_METADATA_DISABLED: 'true',
  NO_PROXY: 'localhost,127.0.0.1',
  ...(isRecorded && { RANDOM_WORD: randomWord.toString(16) }),
}

// Whether a user is locked out is a matter of milliseconds, which recordings do not have.
const timed = isRecorded ? [] : ['lockout']
const pointed = { AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: `${server.url}/cognito` }
const unchanged = { HTTPS_PROXY: server.url, AWS_CA_BUNDLE: ca }

test.for([
  ...['password', 'secret_hash', 'srp', 'fixtures', 'sign_up', 'attempts', ...timed, 'pools'].map(
    (trial) => ['pointed', trial, pointed] as const,
  ),
  ['unchanged, through the proxy', 'password', unchanged] as const,
  ['unchanged, through the proxy', 'srp', unchanged] as const,
])('%s: %s', async ([, trial, where], { skip }) => {
  if (missing !== undefined) skip(missing)
  const { code, errors } = await tryOut(judge, trial, { ...env, ...where })
  expect(code, errors).toBe(0)
})
