import { expect, test } from 'vitest'
import { startForFile } from '../../support/server.ts'
import { send } from '../../support/vendor-client.ts'

const server = await startForFile()

test.each(['/health', '/health/ready', '/health/live', '/health/started'])('it is up at %s', async (path) => {
  const { status, text } = await send(`${server.url}/keycloak${path}`)
  expect([status, text]).toEqual([200, '{"status":"UP","checks":[]}'])
})
