import { join } from 'node:path'
import { expect, test } from 'vitest'
import { inPython, prepare, tryOut } from '../foreign.ts'
import { keycloakForFile, web } from './at.ts'

/** python-keycloak, and Authlib; what they do is in `python/trials.py`. */

const judge = inPython(join(import.meta.dirname, 'python'))
const missing = await prepare(judge)
const { base, signedIn } = await keycloakForFile('python')
const env = { BASE: base, CLIENT_ID: web.id, CLIENT_SECRET: web.secret }

test.for(['openid_tokens', 'openid_code', 'admin_users', 'admin_clients', 'admin_realms', 'authlib'])('%s', async (trial, { skip }) => {
  if (missing !== undefined) skip(missing)
  const { code, errors } = await tryOut(judge, trial, env, signedIn)
  expect(code, errors).toBe(0)
})
