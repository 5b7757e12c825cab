import { decodeJwt } from 'jose'
import { describe, expect, test } from 'vitest'
import { control } from '../support/control-client.ts'
import { DashboardClient, type Form, textOf } from '../support/dashboard-client.ts'
import { start, startForFile } from '../support/server.ts'
import { callbackOf, redeem } from '../support/standard-sign-in.ts'

/** The page on which tokens are minted and read, driven as a browser without scripts would. */

const page = '/dashboard/standard/tokens'
const box = '/sandboxes/standard'
const client_id = 'standard-web'

async function open() {
  const server = await start({ defaultProvider: 'standard' })
  const browser = new DashboardClient(server.url)
  await browser.get(page)
  const read = async (token: string, more: Form = {}, at = page) => {
    const { status, html } = await browser.post(at, { do: 'read', token, ...more })
    const [, section = ''] = /<section class="panel" aria-labelledby="read">([\s\S]*?)<\/section>/.exec(html) ?? []
    return { status, html, text: textOf(section).trim() }
  }
  const mint = (form: Form) => browser.post(page, { do: 'mint', client_id, ...form })
  const minted = async (body: object = {}) =>
    (await control(server, 'POST', `${box}/tokens`, { client_id, username: 'alice', scope: 'openid profile', ...body })).body
  return { server, browser, read, mint, minted }
}

/** The tokens on a page of minted ones, by their names. */
function tokensOn(html: string): Record<string, string> {
  return Object.fromEntries(
    [...html.matchAll(/aria-label="([^"]+)"><code id="minted-\d">([^<]+)</g)].map(([, name = '', token = '']) => [name, token]),
  )
}

const segment = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

describe('minting', () => {
  test('gives tokens that the protocol takes, with claims, lifetime, audience and form as said, each decoded beside it', async () => {
    const { server, mint } = await open()
    const claims = '{"roles": ["admin"]}'
    const { status, html } = await mint({ username: 'alice', scope: 'openid', claims, expires_in: '2h', audience: 'https://api.example' })
    const tokens = tokensOn(html)
    expect([status, Object.keys(tokens)]).toEqual([200, ['Access token', 'ID token', 'Refresh token']])
    const { exp = 0, iat = 0, ...said } = decodeJwt(tokens['Access token'] ?? '')
    expect([said, exp - iat]).toMatchObject([{ sub: 'alice', aud: 'https://api.example', roles: ['admin'], client_id }, 7200])
    const userinfo = await fetch(`${server.url}/userinfo`, { headers: { authorization: `Bearer ${tokens['Access token']}` } })
    expect(userinfo.status).toBe(200)
    expect(textOf(html)).toMatch(
      /Access token .*Access token, a signed JWT holds .*The key .* signed it \(.*\)\. .*roles \["admin"\] what the user may do/,
    )
    expect(textOf(html)).toMatch(/ID token .*ID token, a signed JWT holds .*Refresh token .*Refresh token, opaque holds/)

    const opaque = await mint({ format: 'opaque', scope: 'read' })
    expect(Object.keys(tokensOn(opaque.html))).toEqual(['Access token'])
    expect(textOf(opaque.html)).toContain('Access token, opaque holds')
  })

  test('says beside the field what is wrong, in the words of the control API, and keeps what was typed', async () => {
    const { mint, server } = await open()
    await control(server, 'PATCH', box, { settings: { resources: ['https://known.example'] } })
    for (const [form, field, said] of [
      [{ client_id: 'standard-wep' }, 'client_id', 'Did you mean standard-web?'],
      [{ username: 'nobody' }, 'username', 'Expected: alice'],
      [{ scope: 'openid other' }, 'scope', 'add others to the app&#39;s scopes'],
      [{ claims: '{"a": ' }, 'claims', 'Expected: an object.'],
      [{ claims: '[1]' }, 'claims', 'Expected: an object.'],
      [{ expires_in: 'soon' }, 'expires_in', 'Expected: a duration such as &quot;5m&quot;'],
      [{ audience: 'https://other.example' }, 'audience', 'setting resources: https://known.example'],
      [{ format: 'paper' }, 'format', 'Expected: jwt or opaque.'],
    ] as const) {
      const { status, html } = await mint(form)
      const [, error = ''] = new RegExp(`id="${field}-error">([^<]*)<`).exec(html) ?? []
      expect([field, status, error]).toEqual([field, 400, expect.stringContaining(said)])
      if (field !== 'format') expect(html.replaceAll('&quot;', '"')).toContain(Object.values(form)[0])
    }
    const nowhere = await mint({ format: 'opaque', claims: '{"a": 1}', scope: 'read' })
    expect([nowhere.status, textOf(nowhere.html)]).toEqual([400, expect.stringContaining('Access tokens of this client are opaque')])
  })

  test('offers the client that the address names, and no form of tokens where the vendor has one', async () => {
    const { browser } = await open()
    const { html } = await browser.get(`${page}?client=standard-spa&user=bob`)
    expect(html).toMatch(/name="client_id"[^>]* value="standard-spa"/)
    expect(html).toMatch(/name="username"[^>]* value="bob"/)
    expect((await browser.get('/dashboard/iokids/tokens')).html).not.toContain('name="format"')
    const { body } = await control({ url: await urlOf(browser) }, 'POST', '/sandboxes/iokids/tokens', {
      client_id: 'iok-cid-findfluffy',
      format: 'opaque',
    })
    expect(body.errors[0]).toMatchObject({ field: 'format', came: 'opaque' })
  })
})

const shared = await startForFile()

describe('reading', () => {
  test('says of tokens that hold what they are, in words by the sandbox’s clock, and of the opaque ones what is kept', async () => {
    const { server, browser, read, minted } = await open()
    const tokens = await minted()
    const access = await read(`Authorization: Bearer ${tokens.access_token}`)
    expect(access.text).toMatch(
      /^What it is Access token, a signed JWT holds .*signed it .*comes from this sandbox.*It expires in .* takes it\./,
    )
    expect(access.text).toMatch(/exp \d+ \d{4}-\d\d-\d\d .* UTC, in .* until when it holds/)
    expect(access.text).toMatch(/Header alg .* how it is signed/)
    expect((await read(tokens.id_token)).text).toMatch(/^What it is ID token, a signed JWT holds/)
    const refresh = await read(tokens.refresh_token)
    expect(refresh.text).toMatch(/^What it is Refresh token, opaque holds .*refreshed with.* Grant Grant 1.* User alice .*Expires /)
    expect(refresh.html).toContain('href="/dashboard/standard/grants/1"')
    const code = (await callbackOf(server.url)).searchParams.get('code') ?? ''
    expect((await read(code)).text).toMatch(/^What it is Authorization code, opaque holds .*waits to be redeemed/)
    await redeem(server.url, code)
    expect((await read(code)).text).toContain('It was redeemed')
    const { host } = new URL(server.url)
    const elsewhere = await browser.post(page, { do: 'read', token: tokens.access_token }, { host: host.replace('localhost', '127.0.0.1') })
    expect(textOf(elsewhere.html)).toMatch(
      /holds, but look .*Its issuer is http:\/\/localhost:\d+; from here this sandbox calls itself http:\/\/127/,
    )
    const own = await minted({ audience: 'https://api.example' })
    expect((await read(own.access_token, { for: 'https://api.example/' })).text).toContain('It is for https://api.example/.')
  })

  test.each([
    ['entra', 'by its issuer http'],
    ['deyel', 'by its issuer Deyel'],
    ['keycloak', 'It does not expire.'],
    ['auth0', 'encrypted for the vendor itself'],
    ['cognito', 'encrypted for the vendor itself'],
    ['okta', 'This sandbox issued it, and takes it.'],
    ['iokids', 'The secret signed it (HS256).'],
  ])('takes the tokens of %s for what they are', async (name, said) => {
    const { directory } = await shared.reach(name)
    const client = directory.listClients().find(({ grant_types }) => grant_types.includes('authorization_code'))
    const [user] = directory.listUsers({ limit: 1 })
    const browser = new DashboardClient(shared.url)
    await browser.get(`/dashboard/${name}/tokens`)
    const form = { do: 'mint', client_id: client?.client_id ?? '', username: user?.username ?? '' }
    const { html } = await browser.post(`/dashboard/${name}/tokens`, form)
    const verdicts = [...html.matchAll(/<p><b>[^<]*<\/b> <span class="chip \w+">([^<]*)</g)].map(([, text]) => text)
    expect([...new Set(verdicts)]).toEqual(['holds'])
    expect(textOf(html)).toContain(said)
  })

  test('says of tokens that do not hold what is wrong with them, and how to mend it', async () => {
    const { server, read, minted } = await open()
    const { access_token: jwt, refresh_token, id_token } = await minted()
    const [header = '', claims = '', signature = ''] = jwt.split('.')
    const { access_token: early } = await minted({ claims: { nbf: Math.floor(server.clock.now() / 1000) + 3600 } })
    const { access_token: born } = await minted({ expires_in: -90 })
    const { access_token: opaque } = await minted({ format: 'opaque' })
    const elsewhere = await control(server, 'POST', '/sandboxes', { name: 'other', provider: 'standard' })
    expect(elsewhere.status).toBe(201)
    const other = (await control(server, 'POST', '/sandboxes/other/tokens', { client_id, username: 'alice', format: 'opaque' })).body
    const otherJwt = (await control(server, 'POST', '/sandboxes/other/tokens', { client_id, username: 'alice' })).body.access_token
    const iokids = (await control(server, 'POST', '/sandboxes/standard/tokens', { client_id })).body.access_token
    await control(server, 'DELETE', `${box}/grants/${(await control(server, 'GET', `${box}/grants?limit=1000`)).body.items.at(-1).id}`)
    const rows: readonly (readonly [string, string, RegExp])[] = [
      [
        'signature',
        `${header}.${segment({ ...decodeJwt(jwt), scope: 'all' })}.${signature}`,
        /The signature is not that of the key .* changed after it was signed/,
      ],
      ['alg none', `${segment({ alg: 'none' })}.${claims}.`, /not signed \(alg none\).* Never take such a token/],
      ['an alg of nobody', `${segment({ alg: 'RS1' })}.${claims}.${signature}`, /alg is "RS1", which grantbox signs nothing with/],
      ['a secret', `${segment({ alg: 'HS256' })}.${claims}.${signature}`, /secret did not sign it/],
      ['kid', `${segment({ alg: 'RS256', kid: 'k9' })}.${claims}.${signature}`, /Its kid "k9" names no key of this sandbox.* taken out/],
      [
        'issuer',
        `${header}.${segment({ ...decodeJwt(jwt), iss: 'https://issuer.example' })}.${signature}`,
        /Another issuer: https:\/\/issuer\.example\..*takes tokens from there alone/,
      ],
      ['issuer of a sandbox', otherJwt, /Another issuer: .*, the sandbox other\. Read it there: other/],
      ['expired', born, /It expired 1 minute 3\d seconds ago, by the sandbox’s clock\. Refresh it/],
      ['not yet', early, /It does not hold yet, but in 1 hour \(nbf\)|It does not hold yet, but in 59 minutes/],
      [
        'revoked grant',
        iokids,
        /Its grant was revoked now: the user removed the app|Its grant was revoked .* ago: the user removed the app/,
      ],
      ['of another sandbox', other.access_token, /The sandbox other issued it, not this one\. Read it there/],
      ['of another sandbox, to refresh with', other.refresh_token, /The sandbox other issued it/],
      [
        'altered',
        `${opaque.slice(0, -1)}${opaque.endsWith('A') ? 'B' : 'A'}`,
        /looks like a token of this sandbox, and is not known here\. It was altered/,
      ],
      ['nothing of ours', 'nonsense', /No token of this sandbox looks like it/],
      ['cut', jwt.slice(0, jwt.lastIndexOf('.')), /begins like a JWT and has 2 parts/],
      ['broken', `${header.slice(0, -9)}.${claims}.${signature}`, /header or its claims are no base64url of JSON/],
      ['encrypted', `${segment({ alg: 'RSA-OAEP', enc: 'A256GCM' })}.a.b.c.d`, /encrypted \(JWE\) .*read by the client alone/],
    ]
    for (const [what, token, said] of rows) {
      const { status, text } = await read(token)
      expect([what, status, text]).toEqual([what, 200, expect.stringMatching(said)])
      expect([what, text]).toEqual([what, expect.stringMatching(what === 'encrypted' ? /holds, but look/ : /does not hold/)])
    }
    expect((await read(jwt, { for: 'https://mine.example' })).text).toMatch(
      /Another audience: it is for .*, and not for https:\/\/mine\.example/,
    )
    expect((await read(`${jwt.slice(0, 40)}\n ${jwt.slice(40)}`)).text).toMatch(/holds, but look There are blanks or line breaks/)

    await control(server, 'POST', `${box}/tokens/expire`, { what: 'access' })
    expect((await read(jwt)).text).toMatch(/It expires in .*Here it expired before the time/)
    await control(server, 'PATCH', `${box}/users/alice`, { disabled: true })
    expect((await read(refresh_token)).text).toMatch(/does not hold Its user alice is disabled\. Let the user in again/)
    await control(server, 'DELETE', `${box}/clients/${client_id}`)
    expect((await read(id_token)).text).toMatch(/It is for standard-web, and no client here has that ID/)
  })

  test('knows keys that are retired, held back or taken out', async () => {
    const { server, read, minted } = await open()
    const rotate = (mode: string) => control(server, 'POST', `${box}/keys/rotate`, { mode })
    const { access_token } = await minted()
    await rotate('rotate')
    expect((await read(access_token)).text).toContain('it is retired and still published')
    await rotate('publish_late')
    expect((await read((await minted()).access_token)).text).toMatch(
      /holds, but look .*not published yet: clients cannot check it\. Publish it under Keys/,
    )
    await rotate('retire')
    expect((await read(access_token)).text).toMatch(/does not hold Its kid .* names no key of this sandbox/)
  })

  test('says of a refresh token that was used what that means here', async () => {
    const { server, read, minted } = await open()
    const { refresh_token } = await minted()
    const form = { grant_type: 'refresh_token', refresh_token, client_id, client_secret: 'standard-web-secret' }
    await fetch(`${server.url}/token`, { method: 'POST', body: new URLSearchParams(form) })
    expect((await read(refresh_token)).text).toContain('It was used once already')
    await control(server, 'PATCH', box, { settings: { rotation: 'strict' } })
    expect((await read(refresh_token)).text).toMatch(/does not hold .*A client keeps the newest refresh token/)
  })

  test('shows times that no calendar has as they stand, also among the requests', async () => {
    const { server, browser, read } = await open()
    const token = `${segment({ alg: 'RS256' })}.${segment({ exp: 1e17, iat: -1e17, nbf: 'soon' })}.x`
    expect(await read(token)).toMatchObject({ status: 200, text: expect.stringContaining('exp 100000000000000000 until when') })
    await fetch(`${server.url}/userinfo`, { headers: { authorization: `Bearer ${token}` } })
    const requests = await browser.get('/dashboard/standard/requests')
    expect([requests.status, textOf(requests.html)]).toEqual([200, expect.stringContaining('exp 100000000000000000')])
  })

  test('keeps what was pasted out of addresses and of the journal, and asks for a token when none was pasted', async () => {
    const { server, read, minted } = await open()
    const { access_token } = await minted()
    const { body: before } = await control(server, 'GET', `${box}/requests`)
    const { html } = await read(access_token)
    expect((await control(server, 'GET', `${box}/requests`)).body.items).toEqual(before.items)
    expect(
      [...html.matchAll(/(?:href|action)="([^"]*)"/g)].filter(([, address = '']) => address.includes(access_token.slice(0, 30))),
    ).toEqual([])
    const nothing = await read('')
    expect([nothing.status, textOf(nothing.html)]).toEqual([400, expect.stringContaining('Paste a token here.')])
  })
})

async function urlOf(browser: DashboardClient): Promise<string> {
  const { html } = await browser.get('/dashboard/iokids/docs')
  return /http:\/\/localhost:\d+/.exec(html)?.[0] ?? ''
}
