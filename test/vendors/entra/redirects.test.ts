import { expect, test } from 'vitest'
import { startEntra } from '../../support/entra-client.ts'
import { send } from '../../support/vendor-client.ts'

const { url } = await startEntra()
const home = 'https://app.example/'

test.each<[string, string, string | undefined]>([
  ['256 characters', home.padEnd(256, 'a'), undefined],
  ['one more', home.padEnd(257, 'a'), 'It has 257 characters; Entra takes 256'],
  ...['!', '$', "'", '(', ')', ',', ';'].map((one): [string, string, string] => [
    one,
    `${home}a${one}b`,
    `It has ${one}, which Entra does not take`,
  ]),
  ['what MSAL has for devices', 'msal6b1f8a3e-52c4-4d0e-9a77-1f2e3d4c5b6a://auth', undefined],
])('a redirect URI is registered: %s', async (name, uri, problem) => {
  const { status, text } = await send(`${url}/_grantbox/sandboxes/entra/apps`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, redirect_uris: [uri] }),
  })
  expect([status, problem === undefined || text.includes(problem)]).toEqual([problem === undefined ? 201 : 400, true])
})
