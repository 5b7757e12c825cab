import { expect, test } from 'vitest'
import { findFluffy, freshCode, postmanCallback, postToken } from '../support/iokids-client.ts'
import { start } from '../support/server.ts'

test('a code is exchanged for tokens with which the API answers as the user', async () => {
  const server = await start()
  const code = await freshCode(server)
  const answer = await postToken(server.url, { grant_type: 'authorization_code', code, redirect_uri: postmanCallback, ...findFluffy })
  expect(answer.status).toBe(200)
  expect(Object.keys(answer.body)).toEqual(['access_token', 'refresh_token', 'expires_in', 'token_type'])
  const me = await fetch(`${server.url}/v1/me`, { headers: { authorization: `Bearer ${answer.body.access_token}` } })
  expect(await me.json()).toMatchObject({ username: 'beautifulmeercat246', first_name: 'brandon', type: 'parent' })
})
