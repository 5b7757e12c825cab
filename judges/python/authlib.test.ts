import { expect, test } from 'vitest'
import { startForFile } from '../../test/support/server.ts'
import { web } from '../../test/support/standard-client.ts'
import { callback } from '../../test/support/standard-sign-in.ts'
import { type ForeignJudge, prepare, tryOut } from '../foreign.ts'

/** Authlib's client for requests; what it does is in `trials.py`. */

const judge: ForeignJudge = {
  folder: import.meta.dirname,
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
const server = await startForFile({ defaultProvider: 'standard' })
const env = {
  ISSUER: server.url,
  CLIENT_ID: web.client_id,
  CLIENT_SECRET: web.client_secret,
  PUBLIC_CLIENT_ID: 'standard-spa',
  REDIRECT_URI: callback,
}

test.for(['client_credentials', 'code_with_pkce', 'code_of_a_public_client', 'refresh', 'introspection_and_revocation', 'errors'])(
  '%s',
  async (trial, { skip }) => {
    if (missing !== undefined) skip(missing)
    const { code, errors } = await tryOut(judge, trial, env)
    expect(code, errors).toBe(0)
  },
)
