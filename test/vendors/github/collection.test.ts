import { expect, test } from 'vitest'
import { runCollection } from '../../support/newman.ts'
import { start } from '../../support/server.ts'
import { freshToken } from './github-app.ts'

test('each request of the collection gets the answer that it expects', { timeout: 60_000 }, async () => {
  const { url } = await start()
  const exported = async (what: string) => (await fetch(`${url}/_grantbox/sandboxes/github/postman/${what}`)).json() as Promise<object>
  // A person signs in for the first token.
  const token = await freshToken({ url: `${url}/github` }, { scope: 'user read:org' })
  const environment = (await exported('environment.json')) as { values: { key: string; value: string }[] }
  for (const one of environment.values) if (one.key === 'accessToken') one.value = token
  const run = await runCollection({ collection: await exported('collection.json'), environment })
  expect(run.failures).toEqual([])
  expect([...new Set(run.answers.map(({ name, status }) => `${name} ${status}`))]).toEqual([
    'Who signed in 200',
    'Email addresses 200',
    'Organizations 200',
    'A code for a device 200',
    'Ask whether its user is done 200',
    'Check a token 200',
    'Reset a token 200',
  ])
})
