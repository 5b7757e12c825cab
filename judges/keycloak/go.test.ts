import { join } from 'node:path'
import { expect, test } from 'vitest'
import { inGo, prepare, tryOut } from '../foreign.ts'
import { keycloakForFile, web } from './at.ts'

/** go-oidc with x/oauth2; what they do is in `go/main.go`. */

const judge = inGo(join(import.meta.dirname, 'go'))
const missing = await prepare(judge)
const { issuer, signedIn } = await keycloakForFile('go')
const env = { ISSUER: issuer, CLIENT_ID: web.id, CLIENT_SECRET: web.secret }

test.for(['code', 'client_credentials', 'password'])('%s', async (trial, { skip }) => {
  if (missing !== undefined) skip(missing)
  const { code, errors } = await tryOut(judge, trial, env, signedIn)
  expect(code, errors).toBe(0)
})
