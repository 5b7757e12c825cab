import { join } from 'node:path'
import { expect, test } from 'vitest'
import { inJava, prepare, tryOut } from '../foreign.ts'
import { keycloakForFile, web } from './at.ts'

/** Spring Security's client and resource server; what they do is in `java/Trials.java`. */

const judge = inJava(join(import.meta.dirname, 'java'))
const missing = await prepare(judge)
const { issuer, signedIn } = await keycloakForFile('java')
const env = { ISSUER: issuer, CLIENT_ID: web.id, CLIENT_SECRET: web.secret }

test.for(['clientCredentials', 'login', 'accept', 'refuse'])('%s', async (trial, { skip }) => {
  if (missing !== undefined) skip(missing)
  const { code, errors } = await tryOut(judge, trial, env, signedIn)
  expect(code, errors).toBe(0)
})
