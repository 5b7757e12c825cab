import { expect, test } from 'vitest'
import { snippetsOf } from '../../../src/dashboard/apps/snippets.ts'
import { runCollection } from '../../support/newman.ts'
import { freshTokens, startTeam, web } from './apple-team.ts'

const shown = (run: Awaited<ReturnType<typeof runCollection>>) => [...new Set(run.answers.map(({ name, status }) => `${name} ${status}`))]

test('each request of the collection gets the answer that it expects, with a secret that was made for it', {
  timeout: 60_000,
}, async () => {
  const server = await startTeam()
  const at = `${server.url}/_grantbox/sandboxes/apple/postman`
  const exported = async (what: string) => (await fetch(`${at}/${what}`)).json() as Promise<object>
  const { access_token, refresh_token } = await freshTokens(server)
  const environment = (await exported('environment.json')) as { values: { key: string; value: string }[] }
  for (const one of environment.values) one.value = { accessToken: access_token, refreshToken: refresh_token }[one.key] ?? one.value
  const run = await runCollection({ collection: await exported('collection.json'), environment })
  expect(run.failures).toEqual([])
  expect(shown(run)).toEqual(['Refresh 200', 'Key set 200', 'Client Credentials 200'])
})

test('snippets carry a secret that can be sent', async () => {
  const { url, sandbox } = await startTeam()
  const client = sandbox().store.findClient(web)
  expect(client && snippetsOf(sandbox(), client, url)[0]?.code).toMatch(/--data-urlencode 'client_secret=eyJ[\w-]+\.[\w-]+\.[\w-]+'/)
})
