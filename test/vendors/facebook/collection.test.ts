import { expect, test } from 'vitest'
import { runCollection } from '../../support/newman.ts'
import { freshToken, startFacebook } from './facebook-app.ts'

test('each request of the collection gets the answer that it expects', { timeout: 60_000 }, async () => {
  const server = await startFacebook()
  const at = `${server.url}/_grantbox/sandboxes/facebook/postman`
  const exported = async (what: string) => (await fetch(`${at}/${what}`)).json() as Promise<object>
  const accessToken = await freshToken(server)
  const environment = (await exported('environment.json')) as { values: { key: string; value: string }[] }
  for (const one of environment.values) if (one.key === 'accessToken') one.value = accessToken
  const run = await runCollection({ collection: await exported('collection.json'), environment })
  expect(run.failures).toEqual([])
  expect([...new Set(run.answers.map(({ name, status }) => `${name} ${status}`))]).toEqual([
    'Token of the app 200',
    'Token that lives long 200',
    'Me 200',
    'Permissions 200',
  ])
})
