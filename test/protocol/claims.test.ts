import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { type Sandbox, startGrantbox } from '../../src/index.ts'
import { KeyRing } from '../../src/oauth/jose/keys.ts'
import { claimsOf, json, post } from '../support/standard-client.ts'

const box = await startGrantbox({ provider: 'standard' })
afterAll(() => box.close())
const web = { client_id: 'standard-web', client_secret: 'standard-web-secret' }

/** A sandbox with ann, who has claims, and with these settings. */
async function world(settings: object, claims: object = { roles: ['admin'], dept: 'it' }, provider = 'standard') {
  const sandbox = await box.createSandbox({ provider, settings: settings as never })
  onTestFinished(() => sandbox.delete())
  await sandbox.users.create({ username: 'ann', password: 'pw', email: 'ann@example.com', claims: { ...claims } })
  const tokens = async (form: Record<string, string> = {}) => {
    const asked = { grant_type: 'password', ...web, username: 'ann', password: 'pw', scope: 'openid offline_access', ...form }
    const { body } = await post(sandbox.url, '/token', asked)
    return body as Record<string, string>
  }
  return { sandbox, tokens }
}

const userinfo = async ({ url }: Sandbox, token: unknown) =>
  (await json(`${url}/userinfo`, { headers: { authorization: `Bearer ${token}` } })).body
const introspect = async ({ url }: Sandbox, token: unknown) => (await post(url, '/introspect', { ...web, token: String(token) })).body
const notesOf = async (sandbox: Sandbox) => (await sandbox.requests.list()).flatMap(({ notes = [] }) => notes)

describe('the setting claims_when', () => {
  const rule = (when: Record<string, string>, claims: object) => ({ when, claims: { access_token: claims, id_token: claims } })

  test('adds the claims of the first rule that holds, over those of claims, and a refresh keeps what made it hold', async () => {
    const claims_when = [
      rule({ scope: 'absent' }, { tenant: 'none' }),
      rule({ grant_type: 'password', username: 'a*n' }, { tenant: 'of ann', sub: 's-{username}' }),
      rule({ grant_type: 'password' }, { tenant: 'of others' }),
    ]
    const { sandbox, tokens } = await world({ claims: { access_token: { tenant: 'acme', site: 'x' } }, claims_when })
    const first = await tokens()
    expect(claimsOf(first.access_token)).toMatchObject({ tenant: 'of ann', sub: 's-ann', site: 'x' })
    expect(claimsOf(first.id_token)).toMatchObject({ tenant: 'of ann', sub: 's-ann' })
    const again = await post(sandbox.url, '/token', { grant_type: 'refresh_token', ...web, refresh_token: String(first.refresh_token) })
    expect(claimsOf(again.body.access_token)).toMatchObject({ tenant: 'of ann', sub: 's-ann' })
    const own = await tokens({ grant_type: 'client_credentials', scope: 'read' })
    expect(claimsOf(own.access_token)).toMatchObject({ tenant: 'acme', sub: web.client_id })
  })

  test('goes by what a request says, which its grant keeps, by the client, and by a scope or one of its words', async () => {
    const { sandbox, tokens } = await world({
      claims_when: [
        rule({ region: 'eu-*-1' }, { at: 'europe' }),
        rule({ scope: 'write', client_id: web.client_id }, { at: 'writer' }),
        rule({ scope: 'openid read' }, { at: 'whole' }),
      ],
    })
    const at = async (form: Record<string, string>) => claimsOf((await tokens(form)).access_token).at
    expect(await at({ region: 'eu-north-1' })).toBe('europe')
    expect(await at({ region: 'eu-1' })).toBeUndefined()
    expect(await at({ scope: 'read write' })).toBe('writer')
    expect(await at({ scope: 'openid read' })).toBe('whole')
    expect(await at({ scope: 'read' })).toBeUndefined()
    const redirect_uri = 'http://127.0.0.1/callback'
    const { code = '' } = await sandbox.authorize({ ...web, redirect_uri, username: 'ann', scope: 'openid', region: 'eu-a-1' } as never)
    const { body } = await post(sandbox.url, '/token', { ...web, grant_type: 'authorization_code', code, redirect_uri })
    expect(claimsOf(body.access_token).at).toBe('europe')
  })

  test('goes by nothing that is secret', async () => {
    await expect(world({ claims_when: [rule({ code: '*' }, {})] })).rejects.toThrow(/claims_when\[0\]\.when\.code.* no secret/s)
  })
})

describe('the setting claims', () => {
  test('puts roles of a user into access tokens, also after a refresh', async () => {
    const { sandbox, tokens } = await world({ claims: { access_token: { roles: '{user.claims.roles}', tenant: 'acme' } } })
    const first = await tokens()
    expect(claimsOf(first.access_token)).toMatchObject({ roles: ['admin'], tenant: 'acme', client_id: web.client_id })
    expect(claimsOf(first.id_token).tenant).toBeUndefined()
    expect(await userinfo(sandbox, first.access_token)).toMatchObject({ roles: ['admin'] })
    expect((await introspect(sandbox, first.access_token)).roles).toBeUndefined()
    const again = await post(sandbox.url, '/token', { grant_type: 'refresh_token', ...web, refresh_token: String(first.refresh_token) })
    expect(claimsOf(again.body.access_token)).toMatchObject({ roles: ['admin'], tenant: 'acme' })
  })

  test('puts groups into introspection, of opaque tokens too, and into what it says of a refresh token', async () => {
    const claims = { introspection: { groups: '{user.claims.roles}', by: '{client.client_name|or_null}', kind: '{use}' } }
    const { sandbox, tokens } = await world({ access_token_format: 'opaque', claims })
    const { access_token, refresh_token } = await tokens()
    expect(await introspect(sandbox, access_token)).toMatchObject({ active: true, groups: ['admin'], by: null, kind: 'access' })
    expect(await introspect(sandbox, refresh_token)).toMatchObject({ active: true, groups: ['admin'], kind: 'refresh' })
  })

  test('finds an access token again by its own jti, whatever other claims have of that name', async () => {
    const other = `1.${'x'.repeat(32)}`
    const claims = { access_token: { within: { jti: other }, text: `","jti":"${other}","`, sub: `"jti":"${other}"` } }
    const { sandbox, tokens } = await world({ claims })
    const { access_token } = await tokens()
    expect(claimsOf(access_token)).toMatchObject({ within: { jti: other }, text: claims.access_token.text, sub: claims.access_token.sub })
    expect(await introspect(sandbox, access_token)).toMatchObject({ active: true })
  })

  test('finds an access token again by its own jti, though a claim before it has one within', async () => {
    const sub = { jti: `1.${'x'.repeat(32)}` }
    const { sandbox, tokens } = await world({ claims: { access_token: { sub } } })
    const { access_token } = await tokens()
    expect(claimsOf(access_token)).toMatchObject({ sub })
    expect(await introspect(sandbox, access_token)).toMatchObject({ active: true })
  })

  test('puts claims into ID tokens and userinfo', async () => {
    const claims = {
      id_token: { dep: 'd-{user.claims.dept}', again: '{nonce}' },
      userinfo: { mail: '{claims.email}', own: '{user.claims}' },
    }
    const { sandbox, tokens } = await world({ claims })
    const { id_token, access_token } = await tokens({ scope: 'openid email' })
    expect(claimsOf(id_token)).toMatchObject({ dep: 'd-it' })
    expect(claimsOf(id_token)).not.toHaveProperty('again')
    expect(await userinfo(sandbox, access_token)).toMatchObject({ mail: 'ann@example.com', own: { roles: ['admin'], dept: 'it' } })
  })

  test('takes all of a user with *, and what is named before that', async () => {
    const { tokens } = await world({ claims: { access_token: { '*': '{user.claims}', dept: 'named' } } })
    expect(claimsOf((await tokens()).access_token)).toMatchObject({ roles: ['admin'], dept: 'named' })
  })

  test('leaves a claim without a value out', async () => {
    const { tokens } = await world({ claims: { access_token: { team: '{user.claims.team}', room: 'r/{user.claims.room}' } } })
    expect(Object.keys(claimsOf((await tokens()).access_token))).not.toEqual(expect.arrayContaining(['team', 'room']))
  })

  test('tells parameters of the token request, where they were not told too', async () => {
    const one = '{parameters.tenant}'
    const claims = { access_token: { t: one }, id_token: { t: one }, userinfo: { t: one }, introspection: { t: one } }
    const { sandbox, tokens } = await world({ claims })
    const { access_token, id_token } = await tokens({ tenant: 'a' })
    expect([claimsOf(access_token).t, claimsOf(id_token).t]).toEqual(['a', 'a'])
    expect([(await userinfo(sandbox, access_token)).t, (await introspect(sandbox, access_token)).t]).toEqual(['a', 'a'])
    const own = await post(sandbox.url, '/token', { grant_type: 'client_credentials', ...web, tenant: 'b' })
    expect((await introspect(sandbox, own.body.access_token)).t).toBe('b')
  })

  test('tells parameters of the authorization request, without a note that they have no effect', async () => {
    const { sandbox } = await world({ claims: { access_token: { org: '{parameters.organization}' } } })
    const redirect_uri = 'http://127.0.0.1/callback'
    const { code } = await sandbox.authorize({ client_id: web.client_id, redirect_uri, username: 'ann', organization: 'o1', plan: 'x' })
    const { body } = await post(sandbox.url, '/token', { grant_type: 'authorization_code', ...web, redirect_uri, code: String(code) })
    expect(claimsOf(body.access_token).org).toBe('o1')
    const again = await post(sandbox.url, '/token', { grant_type: 'refresh_token', ...web, refresh_token: String(body.refresh_token) })
    expect(claimsOf(again.body.access_token).org).toBe('o1')
  })

  test.each([
    [{ access_token: { one: '{parameters.client_secret}' } }, 'no secret'],
    [{ id_token: { one: '{parameters.code_verifier}' } }, 'no secret'],
    [{ userinfo: { one: '{settings.signing_secret}' } }, 'no secret'],
    [{ introspection: { one: '{parameters}' } }, 'the name of one'],
    [{ access_token: { one: '{user.claims.roles|shout}' } }, 'one of the filters'],
    [{ access_token: { one: '{nobody}' } }, 'a value that there is'],
    [{ access_token: { '*': 'all of {user.claims}' } }, 'one value alone'],
  ])('refuses %o', async (claims, message) => {
    await expect(box.sandbox().update({ settings: { claims } as never })).rejects.toThrow(message)
  })
})

describe('what belongs to the protocol', () => {
  const shadows = { nonce: 'x', exp: 1, at_hash: 'y', iss: 'z', sub: 'w', aud: 'v', role: 'r' }

  test('is not replaced by a user’s claim, and that is noted', async () => {
    const { sandbox, tokens } = await world({ claims_in_access_token: true }, shadows)
    const { id_token, access_token } = await tokens()
    const said = claimsOf(id_token)
    expect(said).toMatchObject({ iss: sandbox.url, aud: web.client_id, role: 'r' })
    expect(said.exp).toBeGreaterThan(1)
    expect(said.nonce).toBeUndefined()
    expect(said.at_hash).not.toBe('y')
    expect(claimsOf(access_token)).toMatchObject({ iss: sandbox.url, role: 'r' })
    expect(await userinfo(sandbox, access_token)).toEqual({ sub: said.sub, role: 'r' })
    expect(await introspect(sandbox, access_token)).toMatchObject({ active: true, iss: sandbox.url, role: 'r' })
    const notes = await notesOf(sandbox)
    for (const place of ['the ID token', 'the access token', 'userinfo', 'introspection']) {
      expect(
        notes.filter((note) => note.includes("User 'ann' has the claim nonce, exp") && note.includes(place)),
        place,
      ).toHaveLength(1)
    }
  })

  test('is not replaced by * either', async () => {
    const { sandbox, tokens } = await world({ claims: { access_token: { '*': '{user.claims}' } } }, shadows)
    expect(claimsOf((await tokens()).access_token)).toMatchObject({ iss: sandbox.url, role: 'r' })
    expect(await notesOf(sandbox)).toEqual(
      expect.arrayContaining([expect.stringContaining('The template * of the setting claims.access_token')]),
    )
  })

  test('is replaced by a template that names it, but for the claim by which the token is found again', async () => {
    const { sandbox, tokens } = await world({ claims: { access_token: { sub: '{username}', jti: 'mine' }, id_token: { amr: ['mfa'] } } })
    const { access_token, id_token } = await tokens()
    expect(claimsOf(access_token).sub).toBe('ann')
    expect(claimsOf(access_token).jti).not.toBe('mine')
    expect(claimsOf(id_token).amr).toEqual(['mfa'])
    expect((await introspect(sandbox, access_token)).active).toBe(true)
    expect(await notesOf(sandbox)).toEqual(expect.arrayContaining([expect.stringContaining('found again by it')]))
  })
})

describe('claims_in_access_token', () => {
  test('tells the claims of users and clients in access tokens and introspection, the setting’s over the client’s over the user’s', async () => {
    const { sandbox } = await world(
      { claims_in_access_token: true, claims: { access_token: { c: 'setting' } } },
      { a: 'user', b: 'user', c: 'user', d: 'user' },
    )
    const app = await sandbox.apps.create({ name: 'mine', client_id: 'mine', client_secret: 's', claims: { b: 'client', c: 'client' } })
    expect(app.clients[0]?.metadata.claims).toEqual({ b: 'client', c: 'client' })
    const minted = await sandbox.tokens.mint({ client_id: 'mine', username: 'ann', claims: { d: 'mint' } })
    expect(claimsOf(minted.access_token)).toMatchObject({ a: 'user', b: 'client', c: 'setting', d: 'mint' })
    const own = await post(sandbox.url, '/token', { grant_type: 'client_credentials', client_id: 'mine', client_secret: 's' })
    expect(claimsOf(own.body.access_token)).toMatchObject({ b: 'client', c: 'setting' })
    expect(await introspect(sandbox, minted.access_token)).toMatchObject({ a: 'user', b: 'client', c: 'client', d: 'user' })
  })

  test('notes that an opaque token has no place for them', async () => {
    const { sandbox, tokens } = await world({ claims_in_access_token: true, access_token_format: 'opaque' })
    const { access_token } = await tokens()
    expect(await notesOf(sandbox)).toEqual(
      expect.arrayContaining([expect.stringContaining('opaque and has no place for claims: roles, dept')]),
    )
    expect(await introspect(sandbox, access_token)).toMatchObject({ roles: ['admin'], dept: 'it' })
  })

  test('cannot be had by a client that registers itself with claims', async () => {
    const { sandbox } = await world({ claims_in_access_token: true })
    const { body } = await json(`${sandbox.url}/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ grant_types: ['client_credentials'], redirect_uris: [], claims: { role: 'root' } }),
    })
    const { client_id, client_secret } = body as Record<string, string>
    const answer = await post(sandbox.url, '/token', { grant_type: 'client_credentials', client_id, client_secret } as never)
    expect(answer.status).toBe(200)
    expect(claimsOf(answer.body.access_token).role).toBeUndefined()
  })
})

describe.each(['deyel', 'gateway'])('at %s, whose tokens are JWTs of its own', (provider) => {
  test('the setting and a client’s claims work too, and the token holds', async () => {
    const sandbox = await box.createSandbox({
      provider,
      settings: { claims_in_access_token: true, claims: { access_token: { tier: '{client.claims.tier}', company: 'mine' } } } as never,
    })
    onTestFinished(() => sandbox.delete())
    const { clients } = await sandbox.apps.create({ name: 'own', claims: { tier: 'gold', iss: 'evil' } })
    const { access_token } = await sandbox.tokens.mint({ client_id: clients[0]?.client_id ?? '', claims: { extra: 1 } })
    expect(claimsOf(access_token)).toMatchObject({ tier: 'gold', company: 'mine', extra: 1 })
    expect(claimsOf(access_token).iss).not.toBe('evil')
  })
})

describe.each([
  ['standard', 'ES256', {}],
  ['standard', 'RS256', { signing_alg: 'RS256' }],
  ['deyel', 'RS256', {}],
] as const)('at %s with %s', (provider, alg, settings) => {
  test('what is added, and what may not be, costs no second signature', async () => {
    const claims = { access_token: { tenant: 'acme', by: '{client_id}', jti: 'mine' } }
    const sandbox = await box.createSandbox({ provider, settings: { ...settings, claims } as never })
    onTestFinished(() => sandbox.delete())
    const { clients } = await sandbox.apps.create({ name: 'own' })
    const client_id = clients[0]?.client_id ?? ''
    const signing = vi.spyOn(KeyRing.prototype, 'signing')
    onTestFinished(() => signing.mockRestore())
    const { access_token } = await sandbox.tokens.mint({ client_id, claims: { extra: 1 } })
    expect(signing.mock.calls).toEqual([[alg]])
    expect(claimsOf(access_token)).toMatchObject({ tenant: 'acme', by: client_id, extra: 1 })
    expect(Object.keys(claimsOf(access_token)).slice(-3)).toEqual(['tenant', 'by', 'extra'])
    expect(claimsOf(access_token).jti).not.toBe('mine')
  })
})

test('settings and claims survive a snapshot and its restoring', async () => {
  const { sandbox, tokens } = await world({ claims: { access_token: { roles: '{user.claims.roles}' } } })
  const snapshot = await sandbox.snapshot()
  await sandbox.update({ settings: { claims: null } as never })
  expect(claimsOf((await tokens()).access_token).roles).toBeUndefined()
  await sandbox.restore(snapshot)
  expect(claimsOf((await tokens()).access_token).roles).toEqual(['admin'])
})
