import * as nodeModule from 'node:module'
import { describe, expect, onTestFinished, test } from 'vitest'
import { connectGrantbox, type Grantbox, GrantboxError, startGrantbox } from '../../src/index.ts'
import { spawnModule } from '../support/command-line.ts'
import { brandon, findFluffy, postmanCallback, postToken } from '../support/iokids-client.ts'

const index = JSON.stringify(`${import.meta.dirname}/../../src/index.ts`)

async function started(): Promise<Grantbox> {
  const box = await startGrantbox()
  onTestFinished(() => box.close())
  return box
}

describe.each([
  ['in this process', started],
  ['elsewhere', async () => connectGrantbox((await started()).url)],
])('a grantbox %s', (_, open) => {
  test('has a default sandbox and makes others, each a world of its own', async () => {
    const box = await open()
    const standard = box.sandbox('standard')
    expect([box.sandbox().name, box.sandbox().url, standard.url, standard.issuer]).toEqual([
      'iokids',
      box.url,
      `${box.url}/standard`,
      `${box.url}/standard`,
    ])
    const made = await box.createSandbox({
      name: 't1',
      company: 'Mine',
      settings: { access_token_ttl: '1m', issuer: 'https://issuer.test' },
    })
    expect([made.name, made.url, made.issuer]).toEqual(['t1', `${box.url}/t1`, 'https://issuer.test'])
    expect((await made.info()).settings.access_token_ttl).toBe(60)
    expect((await box.sandboxes()).map((one) => one.name)).toContain('t1')
    expect((await box.createSandbox({ provider: 'standard' })).name).toMatch(/^standard-/)
    expect((await box.createSandbox()).name).toMatch(/^iokids-/)
    await made.delete()
    await expect(made.info()).rejects.toThrow("There is no sandbox 't1'")
  })

  test('keeps apps, clients and users', async () => {
    const { apps, users } = (await open()).sandbox()
    const app = await apps.create({ name: 'Mine', redirect_uris: ['https://a.test/cb'], client_id: 'my-client' })
    expect((await apps.update(app.id, { description: 'x' })).description).toBe('x')
    const second = await apps.addClient('Mine', { token_endpoint_auth_method: 'none' })
    expect((await apps.get('Mine')).clients.map((one) => one.client_id)).toEqual(['my-client', second.client_id])
    await apps.deleteClient('my-client')
    await apps.delete('Mine')
    expect((await apps.list()).map((one) => one.name)).not.toContain('Mine')
    const user = await users.create({ username: 'me', claims: { a: 1 } })
    expect(await users.get('ME')).toEqual(user)
    expect((await users.update('me', { disabled: true })).disabled).toBe(true)
    expect((await users.list({ search: 'me' })).map((one) => one.username)).toEqual(['me'])
    await users.delete('me')
    const before = (await users.list()).length
    expect(await users.generate({ count: 3, seed: 1 })).toHaveLength(3)
    expect(await users.list()).toHaveLength(before + 3)
  })

  test('authorizes, mints, expires, revokes and tells of it', async () => {
    const box = await open()
    const sandbox = box.sandbox()
    const { redirect_to, code = '' } = await sandbox.authorize({
      client_id: findFluffy.client_id,
      redirect_uri: postmanCallback,
      username: brandon.username,
      scope: 'profile',
    })
    expect(redirect_to).toContain(`code=${code}`)
    const { body } = await postToken(box.url, { grant_type: 'authorization_code', code, redirect_uri: postmanCallback, ...findFluffy })
    const me = (token: unknown) => fetch(`${box.url}/v1/me`, { headers: { authorization: `Bearer ${token}` } })
    expect((await me(body.access_token)).status).toBe(200)
    const minted = await sandbox.tokens.mint({ client_id: findFluffy.client_id, username: brandon.username, expires_in: '10m' })
    expect([minted.expires_in, (await me(minted.access_token)).status]).toEqual([600, 200])
    expect(await sandbox.tokens.expire({ what: 'access' })).toEqual({ access_tokens: 2, refresh_tokens: 0 })
    const [grant] = await sandbox.grants.list({ username: brandon.username, active: true })
    const lineage = await sandbox.grants.get(grant?.id ?? 0)
    expect(lineage).toMatchObject({
      code: { state: 'used' },
      tokens: [{ use: 'access', state: 'expired', uses: [{ status: 200 }] }, { use: 'refresh' }],
    })
    await sandbox.grants.revoke(lineage.id)
    expect((await sandbox.grants.get(lineage.id)).active).toBe(false)
  })

  test('moves clocks, adds faults and rotates keys', async () => {
    const { clock, faults, keys } = (await open()).sandbox('standard')
    expect(await clock.freeze(new Date('2030-01-01T00:00:00Z'))).toMatchObject({ now: '2030-01-01T00:00:00.000Z', frozen: true })
    expect((await clock.advance('6m')).now).toBe('2030-01-01T00:06:00.000Z')
    expect((await clock.set('2031-01-01T00:00:00Z')).now).toBe('2031-01-01T00:00:00.000Z')
    expect((await clock.unfreeze()).frozen).toBe(false)
    expect(await clock.reset()).toMatchObject({ offset_ms: 0, frozen: false })
    const fault = await faults.add({ endpoint: 'token', times: 0, status: 503, headers: { 'retry-after': '1' } })
    expect(await faults.list()).toEqual([fault])
    await faults.remove(fault.id)
    await faults.add({ endpoint: '*', drop: true })
    await faults.clear()
    expect(await faults.list()).toEqual([])
    expect((await keys.rotate('publish_late')).map((key) => key.state)).toContain('pending')
    expect((await keys.publish()).map((key) => key.state)).not.toContain('pending')
    expect((await keys.list()).length).toBeGreaterThan(0)
  })

  test('waits for requests, streams and forgets them', async () => {
    const box = await open()
    const { requests } = box.sandbox()
    const waiting = requests.wait({ endpoint: 'token' })
    const wrong = () => postToken(box.url, { grant_type: 'password', ...findFluffy, username: 'x', password: 'y' })
    await wrong()
    const entry = await waiting
    expect(entry).toMatchObject({ endpoint: 'token', status: 400, explanation: expect.stringContaining("no user 'x'") })
    // One that has come already is found at once, and the one after it is waited for.
    expect((await requests.wait({ endpoint: 'token' })).id).toBe(entry.id)
    const late = await requests.wait({ endpoint: 'token', after: entry.id }, { timeout: 50 }).catch((error: unknown) => error)
    expect(late).toBeInstanceOf(GrantboxError)
    expect(String(late)).toContain(`No request with endpoint token, after ${entry.id} came within 50 ms`)
    const stop = new AbortController()
    const seen: number[] = []
    for await (const one of requests.stream({ after: 0 }, { signal: stop.signal })) {
      seen.push(one.id)
      if (seen.length === 1) await wrong()
      if (seen.length === 2) stop.abort()
    }
    expect(seen[0]).toBe(entry.id)
    expect(await requests.list()).toHaveLength(2)
    await requests.clear()
    expect(await requests.list()).toEqual([])
  })

  test('goes back: by reset, and by a snapshot', async () => {
    const box = await open()
    const sandbox = await box.createSandbox({ settings: { access_token_ttl: 60 } })
    await sandbox.users.create({ username: 'kept' })
    const snapshot = await sandbox.snapshot()
    await sandbox.update({ settings: { access_token_ttl: 5 } })
    expect((await sandbox.reset()).settings.access_token_ttl).toBe(60)
    await expect(sandbox.users.get('kept')).rejects.toThrow("There is no user 'kept'")
    await sandbox.restore(snapshot)
    expect((await sandbox.users.get('kept')).username).toBe('kept')
    await expect(box.sandbox('standard').restore(snapshot)).rejects.toThrow('provider: expected standard')
  })

  test('throws what was wrong, with the problem’s members', async () => {
    const { users } = (await open()).sandbox()
    const error = await users.create({ username: 'no blanks' }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(GrantboxError)
    expect(error).toMatchObject({
      name: 'GrantboxError',
      status: 400,
      title: 'Bad Request',
      errors: [{ field: 'username', came: 'no blanks' }],
    })
    expect(String(error)).toContain('username: expected a username')
  })
})

test('await using closes it', async () => {
  let url: string
  {
    await using box = await startGrantbox({ provider: 'standard' })
    url = box.url
    expect((await fetch(`${url}/.well-known/openid-configuration`)).status).toBe(200)
  }
  await expect(fetch(url)).rejects.toThrow('fetch failed')
})

test('closing it answers whoever waits', async () => {
  const box = await startGrantbox()
  const waiting = box
    .sandbox()
    .requests.wait({}, { timeout: 60_000 })
    .catch((error: unknown) => error)
  // Later ones come back, so the first has arrived.
  for (let count = 0; count < 5; count++) await box.sandbox().clock.get()
  await box.close()
  expect(await waiting).toMatchObject({ status: 408 })
})

test('many run beside each other', async () => {
  const boxes = await Promise.all(Array.from({ length: 5 }, () => started()))
  await Promise.all(boxes.map((box, index) => box.sandbox().users.create({ username: `only-${index}` })))
  const found = await Promise.all(
    boxes.map(async (box) => (await box.sandbox().users.list({ search: 'only' })).map((user) => user.username)),
  )
  expect(found).toEqual([['only-0'], ['only-1'], ['only-2'], ['only-3'], ['only-4']])
})

test('asks for an admin token where anybody could call it, and the object brings it', async () => {
  const box = await startGrantbox({ host: '127.0.0.1', adminToken: 'secret-token' })
  onTestFinished(() => box.close())
  expect((await box.sandbox().users.list()).length).toBeGreaterThan(0)
  await expect(connectGrantbox(box.url)).rejects.toMatchObject({ status: 401 })
  expect((await connectGrantbox(box.url, { adminToken: 'secret-token' })).sandbox().name).toBe('iokids')
})

test('says who does not answer', async () => {
  const box = await startGrantbox()
  await box.close()
  await expect(connectGrantbox(box.url)).rejects.toThrow(`grantbox at ${box.url} does not answer: ECONNREFUSED`)
  await expect(connectGrantbox('nowhere')).rejects.toThrow('needs the address')
})

test('importing it, and starting and closing it, leaves nothing that keeps the process alive', async () => {
  const { code, stdout, stderr } = await spawnModule(`
    import { setTimeout } from 'node:timers/promises'
    const { startGrantbox } = await import(${index})
    // The loader of Node.js 22 may still be closing a file that it read.
    await setTimeout(20)
    const idle = process.getActiveResourcesInfo().filter((name) => name !== 'PipeWrap' && name !== 'TTYWrap')
    const box = await startGrantbox()
    await box.sandbox().users.list()
    await box.close()
    console.log(JSON.stringify(idle))
  `).ended
  expect({ code, stderr, stdout }).toEqual({ code: 0, stderr: '', stdout: '[]\n' })
})

test('importing it loads no package, and starting it none of those that only the control API and generated users need', async ({
  skip,
}) => {
  if (!('registerHooks' in nodeModule)) skip('this Node.js has no hooks that see what is loaded; they came with 22.15')
  const { stdout, stderr } = await spawnModule(`
    import { registerHooks } from 'node:module'
    const loaded = new Set()
    registerHooks({ load(url, context, next) {
      const name = /node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(url)?.[1]
      if (name !== undefined) loaded.add(name)
      return next(url, context)
    } })
    const { startGrantbox } = await import(${index})
    const imported = [...loaded]
    const box = await startGrantbox()
    await box.close()
    console.log(JSON.stringify({ imported, heavy: ['zod', '@faker-js/faker', 'yaml', '@fastify/swagger', '@resvg/resvg-wasm'].filter((name) => loaded.has(name)) }))
  `).ended
  expect(stderr).toBe('')
  expect(JSON.parse(stdout)).toEqual({ imported: [], heavy: [] })
})
