import { expect, test } from 'vitest'
import { runCollection } from '../../support/newman.ts'
import { start } from '../../support/server.ts'

test('each request of the collection gets the answer that it expects', { timeout: 60_000 }, async () => {
  const box = await start()
  const exported = async (what: string) => (await fetch(`${box.url}/_grantbox/sandboxes/cognito/postman/${what}`)).json() as Promise<object>
  const run = await runCollection({
    collection: await exported('collection.json'),
    environment: await exported('environment.json'),
  })
  expect(run.failures).toEqual([])
  expect(run.answers.map(({ name, status }) => `${name} ${status}`)).toEqual([
    'InitiateAuth 200',
    'GetUser 200',
    'ListUsers 200',
    'Client credentials 200',
    'Discovery 200',
    'Keys 200',
    'userInfo 401',
  ])
})
