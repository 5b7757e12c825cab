import { expect, test } from 'vitest'
import { runCollection } from '../../support/newman.ts'
import { start } from '../../support/server.ts'

test('each request of the collection gets the answer that it expects', { timeout: 60_000 }, async () => {
  const { url } = await start()
  const exported = async (what: string) => (await fetch(`${url}/_grantbox/sandboxes/okta/postman/${what}`)).json() as Promise<object>
  const run = await runCollection({ collection: await exported('collection.json'), environment: await exported('environment.json') })
  expect(run.failures).toEqual([])
  // What gets the first tokens by itself, before the first request, is told under that one's name.
  const told = new Set(run.answers.map(({ name, status }) => `${name} ${status}`))
  expect([...told].slice(0, 7)).toEqual([
    'Password 200',
    'Refresh 200',
    'Userinfo 200',
    'Primary authentication 200',
    'A user 200',
    'Groups 200',
    'Client credentials 200',
  ])
})
