import { describe, expect, test } from 'vitest'
import { allProviders } from '../../src/providers/registry.ts'
import { placed } from '../fuzz/surface.ts'
import { Jar } from '../support/browser-jar.ts'
import { rawRequest } from '../support/raw-request.ts'
import { startForFile } from '../support/server.ts'
import { json } from '../support/standard-client.ts'
import { authorizeUrl, callbackOf } from '../support/standard-sign-in.ts'

const server = await startForFile({ defaultProvider: 'standard' })
const all = await allProviders()

function expectHarmless(headers: Readonly<Record<string, unknown>>): void {
  for (const name of ['strict-transport-security', 'clear-site-data', 'alt-svc']) expect(headers).not.toHaveProperty(name)
  expect(String(headers['set-cookie'] ?? '')).not.toMatch(/domain=/i)
  if (String(headers['content-type']).startsWith('text/html')) expect(headers).toHaveProperty('content-security-policy')
}

describe('headers that would outlast grantbox on localhost are never sent', () => {
  test.each(all.map((provider) => [provider.id, provider] as const))('by %s, whatever is asked', async (name, provider) => {
    const paths = [...Object.values(provider.paths).flat(), ...provider.routes.map(({ path }) => path), '/nowhere']
    for (const path of paths) {
      for (const method of ['GET', 'POST', 'OPTIONS', 'DELETE']) {
        expectHarmless((await rawRequest(server.url, `/${name}/${placed(provider, path)[0]?.replace(/^\//, '')}`, { method })).headers)
      }
    }
  })

  test.each(['', '/standard/apps', '/standard/settings', '/standard/requests', '/iokids/sandbox', '/nowhere/apps'])(
    'by the dashboard at %j',
    async (path) => expectHarmless((await rawRequest(server.url, `/dashboard${path}`)).headers),
  )

  test('in the course of a sign-in', async () => {
    const jar = new Jar()
    await callbackOf(server.url, {}, jar)
    for (const cookie of jar.cookies) expectHarmless({ 'set-cookie': cookie })
    expectHarmless(Object.fromEntries((await jar.open(authorizeUrl(server.url))).headers))
  })

  test('not even because a fault says so; the journal tells it', async () => {
    const headers = {
      'Strict-Transport-Security': 'max-age=1',
      'clear-site-data': '"*"',
      'Alt-Svc': 'h3=":443"',
      'Set-Cookie': 'a=b; Domain=localhost; Path=/',
      'x-kept': 'yes',
    }
    await json(`${server.url}/_grantbox/sandboxes/standard/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ endpoint: 'jwks', headers }),
    })
    const answer = await rawRequest(server.url, '/standard/jwks')
    expectHarmless(answer.headers)
    expect(answer.headers).toMatchObject({ 'x-kept': 'yes', 'set-cookie': ['a=b; Path=/'] })
    const notes = server.sandbox().journal.list({}).at(-1)?.notes ?? []
    expect(notes).toHaveLength(4)
    expect(notes[0]).toContain('Strict-Transport-Security')
  })
})

describe('prompt=none in a frame of another site', () => {
  const frame = { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'iframe' }
  const asked = async (headers: Record<string, string>) => {
    const { headers: answered } = await rawRequest(
      server.url,
      authorizeUrl(`${server.url}/standard`, { prompt: 'none' }).slice(server.url.length),
      { headers },
    )
    return decodeURIComponent(String(answered['grantbox-explain']))
  }

  test.each([
    [frame, true],
    [{ ...frame, 'sec-fetch-dest': 'frame' }, true],
    [{ ...frame, 'sec-fetch-site': 'same-site' }, false],
    [{ ...frame, 'sec-fetch-dest': 'document' }, false],
    [{}, false],
  ])('over http the explanation says why: %j', async (headers, told) => {
    expect((await asked(headers)).includes('over https it comes along')).toBe(told)
  })
})

test('what a client sent stands in a header of the vendor as a header can carry it', async () => {
  const [client] = (await server.reach('facebook')).directory.listClients()
  const token = encodeURIComponent(`${client?.client_id}|${client?.client_secret}`)
  const answer = await rawRequest(server.url, `/facebook/%00?access_token=${token}`)
  expect(answer.status).toBe(404)
  expect(answer.headers['www-authenticate']).toContain('%00')
})
