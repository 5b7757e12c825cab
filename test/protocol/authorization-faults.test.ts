import { describe, expect, test } from 'vitest'
import type { Fault } from '../../src/sandbox/faults.ts'
import { brandon, findFluffy, postmanCallback, postToken, signInByForm } from '../support/iokids-client.ts'
import { start, type TestServer } from '../support/server.ts'
import { begin } from '../support/sign-in-steps.ts'

function addFault(server: TestServer, fault: Partial<Fault>): void {
  server.sandbox().faults.add({ endpoint: 'authorize', after: 0, times: 1, ...fault })
}

/** Where the browser is sent at the end of a sign-in. */
async function callback(server: TestServer, user = brandon): Promise<Record<string, string>> {
  return Object.fromEntries((await signInByForm(server, server.url, { state: 's1' }, user)).searchParams)
}

describe('the answer at the redirect URI', () => {
  test.each([
    ['wrong_state', { code: expect.any(String), state: 'a-state-that-nobody-sent' }],
    ['missing_state', { code: expect.any(String) }],
    ['wrong_iss', { code: expect.any(String), state: 's1', iss: 'https://another-issuer.example' }],
    ['missing_code', { state: 's1' }],
    ['code_and_error', { code: expect.any(String), state: 's1', error: 'access_denied', error_description: expect.any(String) }],
  ] as const)('is wrong as %s says, once', async (flaw, expected) => {
    const server = await start()
    addFault(server, { callback: flaw })
    expect(await callback(server)).toEqual(expected)
    expect(await callback(server)).toEqual({ code: expect.any(String), state: 's1' })
  })

  test('comes twice: in a frame, and once more', async () => {
    const server = await start()
    addFault(server, { callback: 'twice' })
    const { post } = await begin(server.url)
    await post({ ...brandon })
    const page = await post({ decision: 'allow' })
    const target = page.headers.get('refresh')?.replace(/^1;url=/, '') ?? ''
    expect(new URL(target).searchParams.get('code')).toBeTruthy()
    expect(page.headers.get('content-security-policy')).toContain(`frame-src ${new URL(postmanCallback).origin}`)
    expect(page.html).toContain(`<iframe class="hidden" src="${target.replaceAll('&', '&amp;')}"`)
  })

  test('waits first, when a delay stands beside what is wrong with it', async () => {
    const server = await start()
    addFault(server, { callback: 'missing_state', delay_ms: 300 })
    const { post } = await begin(server.url, { state: 's1' })
    await post({ ...brandon })
    const began = performance.now()
    const answer = await post({ decision: 'allow' })
    expect(performance.now() - began).toBeGreaterThanOrEqual(295)
    expect(answer.headers.get('location')).not.toContain('state=')
  })

  test('never comes, when the connection drops after it was made', async () => {
    const server = await start()
    addFault(server, { drop: 'after' })
    await expect(begin(server.url)).rejects.toThrow('fetch failed')
    expect(server.sandbox().journal.list().at(-1)).toMatchObject({ endpoint: 'authorize', status: 0 })
  })

  test('has fewer scopes, and the token answer says so', async () => {
    const server = await start()
    addFault(server, { granted_scope: 'profile' })
    const url = await signInByForm(server, server.url, { scope: 'profile friends' })
    const code = url.searchParams.get('code') ?? ''
    const { body } = await postToken(server.url, { grant_type: 'authorization_code', code, redirect_uri: postmanCallback, ...findFluffy })
    expect(body.scope).toBe('profile')
  })
})

describe('an error at the redirect URI', () => {
  test('is said as soon as the request is found to be good', async () => {
    const server = await start()
    addFault(server, { error: 'temporarily_unavailable', error_description: 'Come back later' })
    const { page: answer } = await begin(server.url, { state: 's1' })
    expect(answer.status).toBe(302)
    const parameters = Object.fromEntries(new URL(answer.headers.get('location') ?? '').searchParams)
    expect(parameters).toEqual({ error: 'temporarily_unavailable', error_description: 'Come back later', state: 's1' })
    expect(answer.headers.get('grantbox-explain')).toContain('fault')
  })

  test('is never sent to a redirect URI that is not registered', async () => {
    const server = await start()
    addFault(server, { error: 'access_denied' })
    const { page: answer } = await begin(server.url, { redirect_uri: 'https://evil.example/' })
    expect([answer.status, answer.headers.get('location')]).toEqual([400, null])
  })

  test('waits for its user to sign in', async () => {
    const server = await start()
    addFault(server, { error: 'access_denied', username: 'redbutterfly267' })
    expect(await callback(server)).toHaveProperty('code')
    expect(await callback(server, { ...brandon, username: 'redbutterfly267' })).toMatchObject({ error: 'access_denied', state: 's1' })
  })
})

describe('magic users at the sign-in page', () => {
  const anyPassword = (username: string) => ({ username, password: 'anything' })

  test('deny declines', async () => {
    const server = await start()
    const { post } = await begin(server.url, { state: 's1' })
    const answer = await post(anyPassword('deny'))
    expect(answer.headers.get('location')).toContain('error=access_denied')
  })

  test('locked is refused on the page', async () => {
    const server = await start()
    const { post } = await begin(server.url)
    expect((await post(anyPassword('locked'))).status).toBe(401)
  })

  test('servererror has a code that fails once and then works', async () => {
    const server = await start()
    const { code = '' } = await callback(server, anyPassword('servererror'))
    const form = { grant_type: 'authorization_code', code, redirect_uri: postmanCallback, ...findFluffy }
    expect([(await postToken(server.url, form)).status, (await postToken(server.url, form)).status]).toEqual([500, 200])
  })

  test('slow is answered after a while by the token endpoint', async () => {
    const server = await start()
    const { code = '' } = await callback(server, anyPassword('slow'))
    const body = new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri: postmanCallback, ...findFluffy })
    const impatient = fetch(`${server.url}/oauth/token`, { method: 'POST', body, signal: AbortSignal.timeout(1000) })
    await expect(impatient).rejects.toThrow('timeout')
  })
})
