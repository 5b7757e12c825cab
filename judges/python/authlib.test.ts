import { expect, test } from 'vitest'
import { startForFile } from '../../test/support/server.ts'
import { web } from '../../test/support/standard-client.ts'
import { callback } from '../../test/support/standard-sign-in.ts'
import { inPython, prepare, tryOut } from '../foreign.ts'

/** Authlib's client for requests; what it does is in `trials.py`. */

const judge = inPython(import.meta.dirname)
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
