import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type ForeignJudge, prepare, tryOut } from '../foreign.ts'
import { keycloakForFile, web } from './at.ts'

/** python-keycloak, and Authlib; what they do is in `python/trials.py`. */

const judge: ForeignJudge = {
  folder: join(import.meta.dirname, 'python'),
  toolchain: ['python3', '-c', 'import sys, venv, ensurepip; assert sys.version_info >= (3, 11), "Python 3.11 or later is needed"'],
  install: [
    ['python3', '-m', 'venv', '.venv'],
    [
      ...(['.venv/bin/pip', 'install', '--disable-pip-version-check', '--retries=1', '--timeout=15'] as const),
      ...['--require-hashes', '--only-binary=:all:', '--requirement=requirements.txt'],
    ],
  ],
  unreachable: /after connection broken by/,
  program: ['.venv/bin/python', 'trials.py'],
}
const missing = await prepare(judge)
const { base, signedIn } = await keycloakForFile()
const env = { BASE: base, CLIENT_ID: web.id, CLIENT_SECRET: web.secret }

test.for(['openid_tokens', 'openid_code', 'admin_users', 'admin_clients', 'admin_realms', 'authlib'])('%s', async (trial, { skip }) => {
  if (missing !== undefined) skip(missing)
  const { code, errors } = await tryOut(judge, trial, env, signedIn)
  expect(code, errors).toBe(0)
})
