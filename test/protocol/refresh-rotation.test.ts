import { describe, expect, test } from 'vitest'
import { findFluffy, passwordTokens, postToken, type TokenAnswer } from '../support/iokids-client.ts'
import { addClient, credentials } from '../support/iokids-setup.ts'
import { startForFile } from '../support/server.ts'

const server = await startForFile()
const { sandboxes } = server.server
const { provider } = server.sandbox()

/** A sandbox whose clock stands still until it is pushed. */
function sandboxWith(settings: Record<string, unknown>) {
  const sandbox = sandboxes.create({ provider, settings })
  sandboxes.setClock(sandbox, { frozen: true })
  const base = `${server.url}/${sandbox.name}`
  return {
    sandbox,
    tokens: () => passwordTokens(base),
    refresh: (refresh_token: unknown, form: Record<string, string> = {}) => refresh(base, refresh_token, form),
    me: async (token: unknown) => (await fetch(`${base}/v1/me`, { headers: { authorization: `Bearer ${token}` } })).status,
    advance: (seconds: number) => sandboxes.advanceClock(sandbox, seconds * 1000),
  }
}

function refresh(base: string, refresh_token: unknown, form: Record<string, string> = {}): Promise<TokenAnswer> {
  return postToken(base, { grant_type: 'refresh_token', refresh_token: String(refresh_token), ...findFluffy, ...form })
}

const refused = {
  status: 400,
  body: { error: 'invalid_grant', error_code: 4003, error_description: 'Refresh token is not valid' },
}

describe('lenient, the default of this vendor', () => {
  test('each refresh answers a new refresh token', async () => {
    const { tokens, refresh } = sandboxWith({})
    const { refresh_token, access_token } = await tokens()
    const { body } = await refresh(refresh_token)
    expect(body.refresh_token).not.toBe(refresh_token)
    expect(body.access_token).not.toBe(access_token)
  })

  test('the old token works as long as its successor was not used, as Postman scripts need that keep the access token alone', async () => {
    const { tokens, refresh, advance, me } = sandboxWith({})
    const { refresh_token } = await tokens()
    for (let i = 0; i < 5; i++) {
      const { status, body } = await refresh(refresh_token)
      expect(status).toBe(200)
      expect(await me(body.access_token)).toBe(200)
      advance(301)
    }
  })

  test('the old token is refused once its successor was used, and all that came of the grant is revoked', async () => {
    const { tokens, refresh, me } = sandboxWith({})
    const first = await tokens()
    const { body: second } = await refresh(first.refresh_token)
    const { body: third } = await refresh(second.refresh_token)
    expect(await me(third.access_token)).toBe(200)
    expect(await refresh(first.refresh_token)).toMatchObject(refused)
    for (const token of [first.access_token, second.access_token, third.access_token]) expect(await me(token)).toBe(401)
    for (const token of [second.refresh_token, third.refresh_token]) expect(await refresh(token)).toMatchObject(refused)
  })

  test('another grant of the same user and client is not touched', async () => {
    const { tokens, refresh, me } = sandboxWith({})
    const [one, other] = [await tokens(), await tokens()]
    const { body } = await refresh(one.refresh_token)
    await refresh(body.refresh_token)
    expect(await refresh(one.refresh_token)).toMatchObject(refused)
    expect(await me(other.access_token)).toBe(200)
    expect((await refresh(other.refresh_token)).status).toBe(200)
  })

  test('of 50 parallel refreshes all succeed, and all answers are of one generation', async () => {
    const { tokens, refresh, me } = sandboxWith({})
    const { refresh_token } = await tokens()
    const answers = await Promise.all(Array.from({ length: 50 }, () => refresh(refresh_token)))
    expect(answers.map((answer) => answer.status)).toEqual(Array(50).fill(200))
    expect(new Set(answers.map((answer) => answer.body.refresh_token)).size).toBe(50)
    // The old one and every successor work until the first successor's successor is used.
    expect((await refresh(refresh_token)).status).toBe(200)
    const { body: third } = await refresh(answers[0]?.body.refresh_token)
    expect((await refresh(answers[49]?.body.refresh_token)).status).toBe(200)
    expect(await me(third.access_token)).toBe(200)
    expect(await refresh(refresh_token)).toMatchObject(refused)
    expect(await me(third.access_token)).toBe(401)
  })
})

describe('strict', () => {
  test('a token works once; its second use revokes the grant (RFC 9700 §4.14.2)', async () => {
    const { tokens, refresh, me } = sandboxWith({ rotation: 'strict' })
    const first = await tokens()
    const { body: second } = await refresh(first.refresh_token)
    expect(await me(second.access_token)).toBe(200)
    expect(await refresh(first.refresh_token)).toMatchObject(refused)
    expect(await me(second.access_token)).toBe(401)
    expect(await refresh(second.refresh_token)).toMatchObject(refused)
  })

  test('a chain of refreshes goes on', async () => {
    const { tokens, refresh } = sandboxWith({ rotation: 'strict' })
    let refresh_token: unknown = (await tokens()).refresh_token
    for (let i = 0; i < 5; i++) {
      const { status, body } = await refresh(refresh_token)
      expect(status).toBe(200)
      refresh_token = body.refresh_token
    }
  })

  test('of 50 parallel refreshes one wins, and the others revoke what it got', async () => {
    const { tokens, refresh, me } = sandboxWith({ rotation: 'strict' })
    const { refresh_token } = await tokens()
    const answers = await Promise.all(Array.from({ length: 50 }, () => refresh(refresh_token)))
    const [winner, ...more] = answers.filter((answer) => answer.status === 200)
    expect(more).toEqual([])
    for (const answer of answers) if (answer !== winner) expect(answer).toMatchObject(refused)
    expect(await me(winner?.body.access_token)).toBe(401)
    expect(await refresh(winner?.body.refresh_token)).toMatchObject(refused)
  })
})

test('a strict token that was used is refused, too, when the clock was set back meanwhile', async () => {
  const { tokens, refresh, advance } = sandboxWith({ rotation: 'strict' })
  const { refresh_token } = await tokens()
  expect((await refresh(refresh_token)).status).toBe(200)
  advance(-1)
  expect(await refresh(refresh_token)).toMatchObject(refused)
})

describe('strict with rotation_grace', () => {
  const settings = { rotation: 'strict', rotation_grace: 30 }

  test('of 50 parallel refreshes all succeed, and each successor works once', async () => {
    const { tokens, refresh, advance } = sandboxWith(settings)
    const { refresh_token } = await tokens()
    const answers = await Promise.all(Array.from({ length: 50 }, () => refresh(refresh_token)))
    expect(answers.map((answer) => answer.status)).toEqual(Array(50).fill(200))
    advance(60)
    for (const { body } of answers) expect((await refresh(body.refresh_token)).status).toBe(200)
    advance(30)
    expect(await refresh(answers[0]?.body.refresh_token)).toMatchObject(refused)
  })

  test('the old token answers again until the grace is over, though its successor was used; then its use revokes the grant', async () => {
    const { tokens, refresh, advance, me } = sandboxWith(settings)
    const { refresh_token } = await tokens()
    const { body: second } = await refresh(refresh_token)
    advance(10)
    const { body: third } = await refresh(second.refresh_token)
    advance(19)
    expect((await refresh(refresh_token)).status).toBe(200)
    advance(1)
    expect(await refresh(refresh_token)).toMatchObject(refused)
    expect(await me(third.access_token)).toBe(401)
  })
})

describe('off', () => {
  test('the refresh token stays the same, as often as it is used', async () => {
    const { tokens, refresh, me } = sandboxWith({ rotation: 'off' })
    const { refresh_token } = await tokens()
    const answers = await Promise.all(Array.from({ length: 50 }, () => refresh(refresh_token)))
    for (const { status, body } of answers) {
      expect(status).toBe(200)
      expect(body.refresh_token).toBe(refresh_token)
    }
    expect(new Set(answers.map(({ body }) => body.access_token)).size).toBe(50)
    expect(await me(answers[49]?.body.access_token)).toBe(200)
  })

  test('a token that was used before rotation was switched on is not taken for a rotated one', async () => {
    const { tokens, refresh, sandbox } = sandboxWith({ rotation: 'off' })
    const { refresh_token } = await tokens()
    await refresh(refresh_token)
    sandboxes.update(sandbox, { settings: { rotation: 'strict' } })
    expect((await refresh(refresh_token)).status).toBe(200)
    expect(await refresh(refresh_token)).toMatchObject(refused)
  })
})

describe('whatever the rotation', () => {
  test('a refresh token lives 30 days', async () => {
    const { tokens, refresh, advance } = sandboxWith({})
    const { refresh_token } = await tokens()
    advance(30 * 24 * 3600 - 1)
    expect((await refresh(refresh_token)).status).toBe(200)
    advance(1)
    expect(await refresh(refresh_token)).toMatchObject(refused)
  })

  test("another client's refresh token is refused, and stays its own", async () => {
    const { tokens, refresh, sandbox } = sandboxWith({ rotation: 'strict' })
    const { refresh_token } = await tokens()
    const other = addClient(sandbox)
    expect(await refresh(refresh_token, credentials(other))).toMatchObject(refused)
    expect((await refresh(refresh_token)).status).toBe(200)
  })

  test('an access token, an altered token and no token are none', async () => {
    const { tokens, refresh } = sandboxWith({})
    const { access_token, refresh_token } = await tokens()
    for (const token of [access_token, `${refresh_token}x`, refresh_token.slice(0, -1), 'x', 'a.b.c']) {
      expect(await refresh(token)).toMatchObject(refused)
    }
    expect((await refresh('')).body).toMatchObject({ error: 'invalid_request', error_code: 4001 })
  })

  test('a refused scope does not cost the token', async () => {
    const { tokens, refresh } = sandboxWith({ rotation: 'strict' })
    const { refresh_token } = await tokens()
    expect((await refresh(refresh_token, { scope: 'everything' })).body).toMatchObject({ error: 'invalid_scope', error_code: 4004 })
    expect((await refresh(refresh_token)).status).toBe(200)
  })

  test('the scope may be narrowed for one access token and never widened (RFC 6749 §6)', async () => {
    const { refresh, sandbox } = sandboxWith({})
    const { refresh_token } = await passwordTokens(`${server.url}/${sandbox.name}`, { scope: 'profile friends' })
    const narrow = await refresh(refresh_token, { scope: 'friends' })
    expect(scopeOf(narrow.body.access_token)).toBe('friends')
    expect((await refresh(refresh_token, { scope: 'profile kids' })).body).toMatchObject({ error: 'invalid_scope', error_code: 4004 })
    expect(scopeOf((await refresh(narrow.body.refresh_token)).body.access_token)).toBe('profile friends')
  })
})

function scopeOf(token: unknown): unknown {
  return JSON.parse(Buffer.from(String(token).split('.')[1] ?? '', 'base64url').toString()).scope
}

test('a token that was used under a lenient rotation counts as used when the rotation becomes strict', async () => {
  const { tokens, refresh, sandbox } = sandboxWith({ rotation: 'lenient' })
  const { refresh_token } = await tokens()
  const { body } = await refresh(refresh_token)
  sandboxes.update(sandbox, { settings: { rotation: 'strict' } })
  expect(await refresh(refresh_token)).toMatchObject(refused)
  // The grant is revoked with it (RFC 9700 §4.14.2).
  expect(await refresh(body.refresh_token)).toMatchObject(refused)
})

test('of two uses at once a strict rotation lets one through, though the signature takes its time', async () => {
  const standard = server.server.sandboxes.find('standard')?.provider
  if (standard === undefined) throw new Error('no standard')
  const sandbox = sandboxes.create({ provider: standard, settings: { signing_alg: 'RS256', rotation: 'strict' } })
  const post = async (form: Record<string, string>) => {
    const body = new URLSearchParams({ client_id: 'standard-web', client_secret: 'standard-web-secret', ...form })
    return (await fetch(`${server.url}/${sandbox.name}/token`, { method: 'POST', body })).json() as Promise<Record<string, string>>
  }
  const { refresh_token = '' } = await post({ grant_type: 'password', username: 'alice', password: 'password' })
  const answers = await Promise.all([1, 2, 3, 4].map(() => post({ grant_type: 'refresh_token', refresh_token })))
  expect(answers.filter(({ access_token }) => access_token !== undefined)).toHaveLength(1)
})

describe('keep', () => {
  test('each refresh answers a new refresh token, and every one of them works for good', async () => {
    const { tokens, refresh } = sandboxWith({ rotation: 'keep' })
    const first = await tokens()
    const { body: second } = await refresh(first.refresh_token)
    const { body: third } = await refresh(second.refresh_token)
    expect(new Set([first, second, third].map((one) => one.refresh_token)).size).toBe(3)
    for (const one of [first, second, third, first]) expect((await refresh(one.refresh_token, { scope: '' })).status).toBe(200)
  })
})
