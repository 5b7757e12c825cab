import { expect, test } from 'vitest'
import { snippetsOf } from '../../../src/dashboard/apps/snippets.ts'
import { robot, tokensOf, tv, web } from '../../support/google-client.ts'
import { runCollection } from '../../support/newman.ts'
import { start } from '../../support/server.ts'

test('each request of the collection gets the answer that it expects', { timeout: 60_000 }, async () => {
  const { url } = await start()
  const exported = async (what: string) => (await fetch(`${url}/_grantbox/sandboxes/google/postman/${what}`)).json() as Promise<object>
  // A person signs in for the first tokens.
  const { access_token, refresh_token } = await tokensOf(url, { access_type: 'offline' }, '/google')
  const environment = (await exported('environment.json')) as { values: { key: string; value: string }[] }
  for (const one of environment.values) one.value = { accessToken: access_token, refreshToken: refresh_token }[one.key] ?? one.value
  const run = await runCollection({ collection: await exported('collection.json'), environment })
  expect(run.failures).toEqual([])
  expect([...new Set(run.answers.map(({ name, status }) => `${name} ${status}`))]).toEqual([
    'Refresh 200',
    'Userinfo 200',
    'Userinfo v3 200',
    'Userinfo v2 200',
    'People: me 200',
    'Tokeninfo 200',
    'Certificates 200',
    'Key set 200',
    'Discovery 200',
  ])
})

test('snippets ask for offline access, devices and service accounts for what they have', async () => {
  const { url, sandbox } = await start({ defaultProvider: 'google' })
  const snippet = (id: string) => {
    const client = sandbox()
      .directory.listClients()
      .find(({ client_id }) => client_id === id)
    return client && snippetsOf(sandbox(), client, url)[0]
  }
  expect(snippet(web.client_id)?.code).toContain('&access_type=offline&prompt=consent')
  expect(snippet(tv.client_id)?.code).toContain("--data-urlencode 'device_code=DEVICE_CODE'")
  expect(snippet(robot)?.code).toContain("--data-urlencode 'assertion=ASSERTION'")
})
