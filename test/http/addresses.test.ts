import { expect, test } from 'vitest'
import { describedSandboxes } from '../../src/start/info.ts'
import { rawRequest } from '../support/raw-request.ts'
import { startForFile } from '../support/server.ts'

const server = await startForFile()
const { port } = new URL(server.url)
const { sandboxes } = server.server
const mine = sandboxes.create({ name: 'mine', provider: server.sandbox('standard').provider, hosts: ['mine.test.localhost'] })

/** What the control API says when it is asked at a host. */
async function asked(host: string, name: string): Promise<{ base_url: string; issuer: string; token_endpoint: string }> {
  const { status, text } = await rawRequest(server.url, `/_grantbox/sandboxes/${name}`, { headers: { host: `${host}:${port}` } })
  expect(status).toBe(200)
  return JSON.parse(text)
}

/** What stands at an address, as its host's own server would say it. */
async function issuerAt(base_url: string): Promise<string> {
  const { pathname, host } = new URL(base_url)
  const path = `${pathname.replace(/\/$/, '')}/.well-known/openid-configuration`
  const { status, text } = await rawRequest(server.url, path, { headers: { host } })
  expect(status).toBe(200)
  return JSON.parse(text).issuer
}

test.each([
  ['localhost', 'standard'],
  ['127.0.0.1', 'standard'],
  ['localhost', 'mine'],
  ['mine.test.localhost', 'mine'],
  ['mine.test.localhost', 'standard'],
  ['MINE.test.localhost', 'standard'],
  ['mtls.localhost', 'standard'],
])('the control API, asked at %s, says where %s is and what its issuer is there', async (host, name) => {
  const { base_url, issuer, token_endpoint } = await asked(host, name)
  expect(await issuerAt(base_url)).toBe(issuer)
  expect(token_endpoint).toBe(`${base_url}/token`)
  if (name === 'mine' && host.startsWith('mine')) expect(base_url).toBe(`http://mine.test.localhost:${port}`)
})

test("the default sandbox is at the root, but for a host that is another's", async () => {
  const names = [server.url, ...['127.0.0.1', 'mine.test.localhost'].map((host) => server.url.replace('localhost', host))]
  for (const url of names) {
    const { base_url } = await asked(new URL(url).hostname, 'iokids')
    expect(base_url).toBe(url.includes('mine') ? server.url : url)
  }
})

test('a sandbox that lists localhost leaves the others an address', async () => {
  sandboxes.update(mine, { hosts: ['localhost'] })
  const { base_url, issuer } = await asked('localhost', 'standard')
  expect(await issuerAt(base_url)).toBe(issuer)
  sandboxes.update(sandboxes.find('mine') ?? mine, { hosts: ['mine.test.localhost'] })
})

test('the start tells the addresses by which clients reach it', () => {
  const info = server.server.describe(server.url)
  for (const { name, base_url, token_endpoint } of describedSandboxes(info)) {
    expect(base_url).toBe(name === 'iokids' ? server.url : `${server.url}/${name}`)
    expect(token_endpoint.startsWith(base_url)).toBe(true)
  }
})
