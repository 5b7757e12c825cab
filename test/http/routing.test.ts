import { Agent, request } from 'node:https'
import { describe, expect, test } from 'vitest'
import { authorizeUrl, brandon, findFluffy, freshCode, passwordTokens, postmanCallback, postToken } from '../support/iokids-client.ts'
import { lastEntry } from '../support/iokids-setup.ts'
import { postForm, rawRequest } from '../support/raw-request.ts'
import { start, startForFile } from '../support/server.ts'
import { begin } from '../support/sign-in-steps.ts'

const server = await startForFile()
const { sandboxes } = server.server
const { provider } = server.sandbox()
const { url } = server
const login = { grant_type: 'password', ...findFluffy, ...brandon }
const form = new URLSearchParams(login).toString()

const other = sandboxes.create({ provider, name: 'other-world', hosts: ['Sandbox.iOKids.net', 't42.localhost'] })
const port = new URL(url).port

function claimsOf(token: unknown): Record<string, unknown> {
  return JSON.parse(Buffer.from(String(token).split('.')[1] ?? '', 'base64url').toString())
}

/** The issuer of a token that a request gave. */
async function issuer(target: string, headers: Record<string, string> = {}, at = url): Promise<unknown> {
  const { status, text } = await postForm(at, target, form, headers)
  expect(status).toBe(200)
  return claimsOf(JSON.parse(text).access_token).iss
}

describe('a sandbox is found', () => {
  test.each<[string, string, Record<string, string>, string]>([
    ['by the first segment of the path', '/other-world/oauth/token', {}, 'other-world'],
    ['by that segment in any letter case', '/Other-World/oauth/token', {}, 'other-world'],
    ['by a Host that it lists', '/oauth/token', { host: 'sandbox.iokids.net' }, 'other-world'],
    ['by that Host with a port', '/oauth/token', { host: 'sandbox.iokids.net:443' }, 'other-world'],
    ['by that Host in any letter case', '/oauth/token', { host: 'SANDBOX.iokids.NET' }, 'other-world'],
    ['by another Host that it lists', '/oauth/token', { host: `t42.localhost:${port}` }, 'other-world'],
    ['as the default one, by its name', '/iokids/oauth/token', {}, 'iokids'],
    ['as the default one, without a name', '/oauth/token', {}, 'iokids'],
    ['as the default one, by a Host that nobody lists', '/oauth/token', { host: 'elsewhere.example' }, 'iokids'],
    ['as the default one, by a Host that is none', '/oauth/token', { host: 'a b/c' }, 'iokids'],
    ['in an absolute-form request target (RFC 9112 §3.2.2)', `http://localhost:${port}/other-world/oauth/token`, {}, 'other-world'],
    ['in that form, without a path', `http://localhost:${port}`, {}, 'iokids'],
  ])('%s', async (_what, target, headers, name) => {
    const before = new Map(['iokids', 'other-world'].map((one) => [one, server.sandbox(one).journal.list().length]))
    await postForm(url, target, form, headers)
    const grown = [...before].filter(([one, length]) => server.sandbox(one).journal.list().length > length).map(([one]) => one)
    expect(grown).toEqual([name])
  })

  test.each([
    ['/.well-known/openid-configuration/other-world', 'other-world'],
    ['/.well-known/openid-configuration/other-world/', 'other-world'],
    ['/.well-known/openid-configuration/OTHER-WORLD?x=1', 'other-world'],
    ['/other-world/.well-known/openid-configuration', 'other-world'],
    ['/.well-known/openid-configuration', 'iokids'],
    ['/.well-known/openid-configuration/nobody', 'iokids'],
    ['/.well-known/other-world', 'iokids'],
  ])('%s belongs to %s (RFC 8414 §3)', async (target, name) => {
    await rawRequest(url, target)
    const newest = [lastEntry(server.sandbox('iokids')), ...other.journal.list({ limit: 1 })].sort((a, b) => b.id - a.id)[0]
    expect(newest?.url).toBe(target)
    expect(server.sandbox(name).journal.list().at(-1)).toBe(newest)
  })

  test('by its Host alone, where names in the path mean nothing', async () => {
    expect((await postForm(url, '/iokids/oauth/token', form, { host: 'sandbox.iokids.net' })).status).toBe(404)
  })
})

describe('no redirects: both forms are served', () => {
  test.each(['/oauth/token/', '/OAuth/Token', '/iokids/oauth/token/', '/IOKIDS/OAUTH/TOKEN/', '/oauth/token?'])(
    'POST %s',
    async (target) => {
      const { status, text } = await postForm(url, target, form)
      expect(status).toBe(200)
      expect(JSON.parse(text)).toHaveProperty('access_token')
    },
  )

  test.each(['/oauth/signin/', '/OAUTH/SignIn', '/iokids/oauth/signin/', '/oauth/join/'])('GET %s', async (target) => {
    const { status, headers } = await rawRequest(url, `${target}?client_id=nobody`)
    expect(status).toBe(400)
    expect(headers['content-type']).toBe('text/html; charset=utf-8')
  })

  test.each(['/v1/me/', '/V1/Me', '/iokids/v1/me/'])('API %s', async (target) => {
    const { access_token } = await passwordTokens(url)
    expect((await rawRequest(url, target, { headers: { authorization: access_token } })).status).toBe(200)
  })
})

describe('the issuer', () => {
  test.each<[string, string, Record<string, string>, string]>([
    ['the address as the client wrote it', '/oauth/token', {}, url],
    ['the loopback address', '/oauth/token', { host: `127.0.0.1:${port}` }, `http://127.0.0.1:${port}`],
    ['with the prefix', '/other-world/oauth/token', {}, `${url}/other-world`],
    ['without the prefix at its own Host', '/oauth/token', { host: 'sandbox.iokids.net' }, 'http://sandbox.iokids.net'],
    ['never with a slash at the end', '/iokids/oauth/token/', {}, `${url}/iokids`],
  ])('is %s', async (_what, target, headers, expected) => {
    expect(await issuer(target, headers)).toBe(expected)
  })

  test('says https when the client did, below a prefix too, with the whole flow behind it', async () => {
    const answer = await new Promise<string>((resolve, reject) => {
      server.ca().then((ca) => {
        const sent = request(`${server.https}/iokids/oauth/token`, {
          method: 'POST',
          agent: new Agent({ ca }),
          headers: { 'content-type': 'application/x-www-form-urlencoded', connection: 'close' },
        })
        sent.on('error', reject).on('response', (response) => {
          let text = ''
          response.on('data', (chunk) => {
            text += chunk
          })
          response.on('end', () => resolve(text))
        })
        sent.end(form)
      }, reject)
    })
    const { access_token } = JSON.parse(answer)
    expect(claimsOf(access_token).iss).toBe(`${server.https}/iokids`)
    expect((await rawRequest(url, '/v1/me', { headers: { authorization: access_token } })).status).toBe(200)
  })

  test('is the setting issuer, byte for byte, however the sandbox is addressed', async () => {
    const fixed = 'https://Auth.example/iokids/'
    const { name } = sandboxes.create({ provider, settings: { issuer: fixed } })
    expect(await issuer(`/${name}/oauth/token`)).toBe(fixed)
    expect(await issuer(`/${name}/oauth/token`, { host: 'elsewhere.example' })).toBe(fixed)
  })

  test("is the start's issuer with the sandbox's name below it, unless the sandbox has its own", async () => {
    const own = await start({ issuer: 'https://auth.example' })
    const { name } = own.server.sandboxes.create({ provider, settings: { issuer: 'https://mine.example' } })
    expect(await issuer('/oauth/token', {}, own.url)).toBe('https://auth.example')
    expect(await issuer('/iokids/oauth/token', {}, own.url)).toBe('https://auth.example/iokids')
    expect(await issuer(`/${name}/oauth/token`, {}, own.url)).toBe('https://mine.example')
  })
})

test('the pages below a prefix lead to addresses below it', async () => {
  const { page, post } = await begin(`${url}/other-world`)
  const own = (html: string) => [...html.matchAll(/(?:action|href)="(\/[^"]*)"/g)].map((match) => match[1] ?? '')
  for (const { html } of [page, await post(brandon)]) {
    const addresses = own(html).filter((address) => !address.startsWith('/_grantbox/'))
    expect(addresses.length).toBeGreaterThan(0)
    for (const address of addresses) expect(address).toMatch(/^\/other-world\/oauth\//)
  }
})

test('a path that is not there is 404: JSON for a program, a page for a browser', async () => {
  const json = await rawRequest(url, '/nothing')
  expect([json.status, JSON.parse(json.text)]).toEqual([404, { error_code: 4040, error_description: 'Not found' }])
  const page = await rawRequest(url, '/nothing', { headers: { accept: 'text/html,*/*' } })
  expect([page.status, page.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8'])
  const posted = await rawRequest(url, '/nothing', { method: 'POST', headers: { accept: 'text/html' } })
  expect([posted.status, JSON.parse(posted.text).error_code]).toEqual([404, 4040])
})

test('without a default sandbox the others go on, and the rest is told so in JSON', async () => {
  const own = await start()
  const { name } = own.server.sandboxes.create({ provider })
  own.server.sandboxes.delete(own.sandbox())
  const { status, text } = await rawRequest(own.url, '/v1/me')
  expect([status, JSON.parse(text).error]).toEqual([404, 'not_found'])
  expect((await postForm(own.url, `/${name}/oauth/token`, form)).status).toBe(200)
})

describe('two sandboxes never take what is of the other, though clients and users are named alike', () => {
  const there = `${url}/other-world`
  const redeem = (base: string, code: string) =>
    postToken(base, { grant_type: 'authorization_code', code, redirect_uri: postmanCallback, ...findFluffy })
  const me = async (base: string, token: unknown) => (await fetch(`${base}/v1/me`, { headers: { authorization: String(token) } })).status

  test('codes', async () => {
    for (const [from, to] of [
      [url, there],
      [there, url],
    ] as const) {
      const code = await freshCode(server, from)
      expect((await redeem(to, code)).body).toMatchObject({ error: 'invalid_grant' })
      expect((await redeem(from, code)).status).toBe(200)
    }
  })

  test('access and refresh tokens', async () => {
    for (const [from, to] of [
      [url, there],
      [there, url],
    ] as const) {
      const { access_token, refresh_token } = await passwordTokens(from)
      expect(await me(to, access_token)).toBe(401)
      expect(await me(from, access_token)).toBe(200)
      const refresh = (base: string) => postToken(base, { grant_type: 'refresh_token', refresh_token, ...findFluffy })
      const refused = await refresh(to)
      expect(refused.body).toMatchObject({ error: 'invalid_grant' })
      expect(refused.headers.get('grantbox-explain')).toContain('not issued by this sandbox')
      expect((await refresh(from)).status).toBe(200)
    }
  })

  test('clients and users', async () => {
    const app = other.directory.listApps()[0]
    if (app === undefined) throw new Error('no app')
    const client = { client_id: 'only-there', client_secret: 'secret' }
    other.directory.createClient(app, {
      ...client,
      token_endpoint_auth_method: 'client_secret_post',
      grant_types: ['client_credentials'],
      created_at: 0,
    })
    const ask = (base: string) => postToken(base, { grant_type: 'client_credentials', ...client })
    expect((await ask(there)).status).toBe(200)
    expect((await ask(url)).body).toMatchObject({ error: 'invalid_client' })
    expect((await fetch(authorizeUrl(url, { client_id: 'only-there' }))).status).toBe(400)

    const joined = await begin(there)
    const page = await fetch(`${there}/oauth/join`, {
      method: 'POST',
      body: new URLSearchParams({
        transaction: joined.transaction,
        username: 'onlythere',
        first_name: 'a',
        last_name: 'b',
        type: 'parent',
        age: '30',
      }),
    })
    expect(page.status).toBe(200)
    expect((await postToken(there, { ...login, username: 'onlythere' })).status).toBe(200)
    expect((await postToken(url, { ...login, username: 'onlythere' })).body).toMatchObject({ error: 'invalid_grant' })
  })

  test('sign-ins under way', async () => {
    const { transaction } = await begin(there)
    const { post } = await begin(url)
    expect((await post({ ...brandon, transaction })).status).toBe(400)
  })

  test('signing keys', () => {
    expect(other.settings.signing_secret).not.toBe(server.sandbox().settings.signing_secret)
  })
})
