import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { startForFile } from '../../support/server.ts'
import { decoded, machine, pool } from './pool.ts'

const box = await startForFile()
const api = 'cognito-idp.us-east-1.amazonaws.com'
const pages = 'grantbox.auth.us-east-1.amazoncognito.com'

/** Asks grantbox by a host of the vendor's. */
async function ask(host: string, path: string, form?: Record<string, string>): Promise<{ status: number | undefined; body: string }> {
  const { hostname, port } = new URL(box.url)
  const headers = { host, ...(form && { 'content-type': 'application/x-www-form-urlencoded' }) }
  const method = form === undefined ? 'GET' : 'POST'
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, method, headers }, async (answer) =>
      resolve({ status: answer.statusCode, body: await text(answer) }),
    )
    sent.on('error', reject).end(form && new URLSearchParams(form).toString())
  })
}

test('issuer and keys are at the one host, pages and OAuth endpoints at the other', async () => {
  const { body } = await ask(api, `/${pool}/.well-known/openid-configuration`)
  const document = JSON.parse(body) as Record<string, string>
  expect(document).toMatchObject({
    issuer: `http://${api}/${pool}`,
    jwks_uri: `http://${api}/${pool}/.well-known/jwks.json`,
    authorization_endpoint: `http://${pages}/oauth2/authorize`,
    token_endpoint: `http://${pages}/oauth2/token`,
    revocation_endpoint: `http://${pages}/oauth2/revoke`,
    userinfo_endpoint: `http://${pages}/oauth2/userInfo`,
    end_session_endpoint: `http://${pages}/logout`,
  })
})

test.each([pages, 'my-app.auth.us-east-1.amazoncognito.com', 'my-app.auth-fips.us-gov-west-1.amazoncognito.com'])(
  'tokens that %s issues name the issuer',
  async (host) => {
    const { body } = await ask(host, '/oauth2/token', { grant_type: 'client_credentials', ...machine })
    const { access_token } = JSON.parse(body) as { access_token: string }
    expect(decoded(access_token).claims.iss).toBe(`http://${api}/${pool}`)
  },
)

test('a pool of several regions has its issuer at a host of its own, if the setting says so', async () => {
  const issuer = 'https://issuer-cognito-idp.us-east-1.amazonaws.com/{pool}'
  const set = (value: string | null) =>
    fetch(`${box.url}/_grantbox/sandboxes/cognito`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ settings: { issuer: value } }),
    })
  expect((await set(issuer)).status).toBe(200)
  const { body } = await ask('issuer-cognito-idp.us-east-1.amazonaws.com', `/${pool}/.well-known/openid-configuration`)
  const tokens = await ask(pages, '/oauth2/token', { grant_type: 'client_credentials', ...machine })
  const keys = await ask('issuer-cognito-idp.us-east-1.amazonaws.com', `/${pool}/.well-known/jwks.json`)
  await set(null)
  const told = [(JSON.parse(body) as { issuer: string }).issuer, decoded(JSON.parse(tokens.body).access_token).claims.iss]
  expect([keys.status, ...told]).toEqual([200, ...Array(2).fill(issuer.replace('{pool}', pool))])
})

test.each([
  [api, '/oauth2/token', { grant_type: 'client_credentials', ...machine }],
  [pages, `/${pool}/.well-known/jwks.json`, undefined],
])('%s has no %s', async (host, path, form) => {
  expect((await ask(host, path, form)).status).toBe(404)
})
