import { expect, test } from 'vitest'
import { Jar } from '../../support/browser-jar.ts'
import { runCollection } from '../../support/newman.ts'
import { fetchAt } from '../../support/recording/replay.ts'
import { claimsOf } from '../../support/vendor-client.ts'
import { aliceId, app, callback, goOn, signInWithSlack, startWorkspace, startWorkspaceForFile } from './slack-client.ts'

const server = await startWorkspaceForFile()
const by = await fetchAt(server)

test.each(['slack.com', 'api.slack.com'])('at %s the issuer and all that discovery names are https://slack.com', async (host) => {
  const told = (await (await by(`https://${host}/.well-known/openid-configuration`, {})).json()) as Record<string, string>
  expect(told).toMatchObject({
    issuer: 'https://slack.com',
    authorization_endpoint: 'https://slack.com/openid/connect/authorize',
    token_endpoint: 'https://slack.com/api/openid.connect.token',
    userinfo_endpoint: 'https://slack.com/api/openid.connect.userInfo',
    jwks_uri: 'https://slack.com/openid/connect/keys',
  })
})

test('an ID token of slack.com is issued by it, with a picture at the vendor’s host, which draws it', async () => {
  const jar = new Jar(by)
  const query = { client_id: app.client_id, redirect_uri: callback, response_type: 'code', scope: 'openid profile' }
  const page = await jar.open(`https://slack.com/openid/connect/authorize?${new URLSearchParams(query)}`)
  const { location } = await goOn(jar, page, 'https://slack.com')
  const body = new URLSearchParams({ ...app, code: location?.searchParams.get('code') ?? '', redirect_uri: callback })
  const { id_token } = (await (await by('https://slack.com/api/openid.connect.token', { method: 'POST', body })).json()) as {
    id_token: string
  }
  const claims = claimsOf(id_token)
  expect(claims).toMatchObject({
    iss: 'https://slack.com',
    sub: aliceId,
    picture: expect.stringMatching(/^https:\/\/avatars\.slack-edge\.com\/avatars\//),
  })
  const picture = await by(String(claims.picture), {})
  expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/svg+xml'])
})

test('methods are at the hosts of workspaces too', async () => {
  expect(await (await by('https://example.slack.com/api/auth.test', {})).json()).toEqual({ ok: false, error: 'not_authed' })
})

test('each request of the collection gets the answer that it expects, once somebody has signed in', { timeout: 60_000 }, async () => {
  const own = await startWorkspace()
  const exported = async (what: string) => (await fetch(`${own.url}/_grantbox/sandboxes/slack/postman/${what}`)).json()
  const environment = (await exported('environment.json')) as { values: { key: string; value: string }[] }
  const { body } = await signInWithSlack(own)
  const signedIn: Record<string, unknown> = { accessToken: body.access_token, refreshToken: body.refresh_token }
  for (const one of environment.values) one.value = String(signedIn[one.key] ?? one.value)
  const run = await runCollection({ collection: (await exported('collection.json')) as object, environment })
  expect(run.failures).toEqual([])
})
