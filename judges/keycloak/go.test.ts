import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type ForeignJudge, prepare, tryOut } from '../foreign.ts'
import { keycloakForFile, web } from './at.ts'

/** go-oidc with x/oauth2; what they do is in `go/main.go`. */

const judge: ForeignJudge = {
  folder: join(import.meta.dirname, 'go'),
  toolchain: ['go', 'version'],
  install: [['go', 'build', '-o', '.bin/trials', '.']],
  unreachable: /dial tcp|no such host|Forbidden|toolchain not available/,
  program: ['.bin/trials'],
}
const missing = await prepare(judge)
const { issuer, signedIn } = await keycloakForFile('go')
const env = { ISSUER: issuer, CLIENT_ID: web.id, CLIENT_SECRET: web.secret }

test.for(['code', 'client_credentials', 'password'])('%s', async (trial, { skip }) => {
  if (missing !== undefined) skip(missing)
  const { code, errors } = await tryOut(judge, trial, env, signedIn)
  expect(code, errors).toBe(0)
})
