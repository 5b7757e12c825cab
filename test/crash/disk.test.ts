import { createHash } from 'node:crypto'
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { readDeclarations } from '../../src/config/declarations.ts'
import { type ChildOptions, type ChildServer, spawnServer } from '../support/child-server.ts'
import { passwordTokens } from '../support/iokids-client.ts'
import { start } from '../support/server.ts'
import { alice, post, tokensOf, userinfoStatus, web } from '../support/standard-client.ts'
import { checkFile } from './verify.ts'

const folder = await mkdtemp(join(tmpdir(), 'grantbox-disk-'))
afterAll(() => rm(folder, { recursive: true }))

async function open(options: Partial<ChildOptions>): Promise<ChildServer> {
  const server = await spawnServer({ cwd: folder, ...options })
  onTestFinished(async () => {
    server.kill('SIGKILL')
    await server.ended
  })
  return server
}

async function stop(server: ChildServer): Promise<void> {
  server.kill('SIGTERM')
  await server.ended
}

function control(url: string, path: string, body?: unknown): Promise<Response> {
  const init = body === undefined ? {} : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  return fetch(`${url}/_grantbox${path}`, init)
}

describe('a disk without room (a limit on the size of files stands in for it)', () => {
  beforeEach(({ skip }) => {
    if (process.platform === 'win32') skip('Windows has no limit on the size of files')
  })

  test('refuses changes in the dialect, tells health, keeps nothing by halves, and goes on when there is room', async () => {
    const db = join(folder, 'full.db')
    const args = ['--db', db, '--data', folder, '--log-level', 'silent']
    const first = await open({ args })
    const before = await tokensOf(`${first.url}/standard`)
    await stop(first)

    const blocks = Math.ceil((await stat(db)).size / 512) + 200
    const tight = await open({ args, wrapper: ['sh', '-c', `ulimit -f ${blocks}; exec "$@"`, 'sh'] })
    const answers = new Map<string, number>()
    let refused = 0
    for (let n = 0; refused < 5 && n < 3000; n++) {
      const username = `user-${n}`
      const answer = await control(tight.url, '/sandboxes/standard/users', { username, claims: { padding: 'x'.repeat(2000) } })
      answers.set(username, answer.status)
      if (answer.status === 201) continue
      refused++
      expect(answer.status).toBe(500)
      expect(answer.headers.get('content-type')).toContain('application/problem+json')
      expect(await answer.text()).not.toMatch(/SQLITE|disk|full\.db/)
    }
    expect(refused).toBe(5)
    // What is smaller than a user may still have found room; each refresh takes some of it.
    let { refresh_token = '' } = before
    const refresh = (url: string) => post(`${url}/standard`, '/token', { grant_type: 'refresh_token', refresh_token, ...web })
    let refusal = await refresh(tight.url)
    for (let n = 0; refusal.status === 200 && n < 200; n++) {
      refresh_token = String(refusal.body.refresh_token)
      refusal = await refresh(tight.url)
    }
    expect(refusal).toMatchObject({ status: 500, body: { error: 'server_error', error_description: 'Internal error' } })
    const health = await control(tight.url, '/health')
    expect([health.status, await health.json()]).toEqual([503, { status: 'failing', version: expect.any(String) }])
    // What needs no change is answered as ever.
    expect(await userinfoStatus(`${tight.url}/standard`, before.access_token)).toBe(200)
    for (const [username, status] of answers) {
      if (status === 500) expect((await control(tight.url, `/sandboxes/standard/users/${username}`)).status).toBe(404)
    }
    tight.kill('SIGKILL')
    await tight.ended
    expect(checkFile(db, folder)).toEqual([])

    const roomy = await open({ args })
    expect((await control(roomy.url, '/health')).status).toBe(200)
    for (const [username, status] of answers) {
      expect((await control(roomy.url, `/sandboxes/standard/users/${username}`)).status, username).toBe(status === 201 ? 200 : 404)
    }
    expect((await refresh(roomy.url)).status).toBe(200)
  })
})

describe('a commit that the disk refused', () => {
  /** A server whose commits fail as long as the disk is full. */
  async function startOnFragileDisk() {
    const disk = { full: false, refusesNext: false }
    const prepare = Sqlite.prototype.prepare
    const spy = vi.spyOn(Sqlite.prototype, 'prepare').mockImplementation(function (this: Sqlite.Database, sql: string) {
      const statement = prepare.call(this, sql) as Sqlite.Statement<[]>
      if (sql !== 'COMMIT') return statement
      const run = statement.run.bind(statement)
      statement.run = () => {
        const refuses = disk.full || disk.refusesNext
        disk.refusesNext = false
        if (refuses) throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' })
        return run()
      }
      return statement
    })
    const server = await start({ logLevel: 'silent' })
    spy.mockRestore()
    onTestFinished(() => {
      disk.full = false
    })
    return { ...server, disk }
  }
  const json = (method: string, body: unknown) => ({ method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })

  test('leaves no sandbox, setting, host, deletion or time in memory that is not stored', async () => {
    const { url, disk } = await startOnFragileDisk()
    const at = `${url}/_grantbox/sandboxes`
    expect((await fetch(at, json('POST', { name: 'kept', provider: 'standard', hosts: ['kept.example'] }))).status).toBe(201)
    disk.full = true
    expect((await fetch(at, json('POST', { name: 'half', provider: 'standard', hosts: ['half.example'] }))).status).toBe(500)
    expect((await fetch(`${at}/kept`, json('PATCH', { settings: { code_ttl: 5 }, hosts: ['other.example'] }))).status).toBe(500)
    expect((await fetch(`${at}/kept/clock/advance`, json('POST', { by: '1d' }))).status).toBe(500)
    expect((await fetch(`${at}/wildix`, { method: 'DELETE' })).status).toBe(500)
    disk.full = false
    expect((await fetch(`${at}/half`)).status).toBe(404)
    expect(await (await fetch(`${at}/kept`)).json()).toMatchObject({ settings: { code_ttl: 60 }, hosts: ['kept.example'] })
    expect(await (await fetch(`${at}/kept/clock`)).json()).toMatchObject({ offset_ms: 0 })
    expect((await fetch(`${at}/wildix`)).status).toBe(200)
    expect((await fetch(at, json('POST', { name: 'half', provider: 'standard', hosts: ['half.example'] }))).status).toBe(201)
    expect((await tokensOf(`${url}/half`)).access_token).toBeTruthy()
    expect((await tokensOf(`${url}/kept`)).access_token).toBeTruthy()
  })

  test.each<[string, string, string, string, object?]>([
    ['a user of', 'okta', 'POST', '/users', { username: 'zoe' }],
    ['a reset of', 'auth0', 'POST', '/reset'],
    ['a restoring of', 'iokids', 'PUT', '/snapshot'],
    ['a document for', 'keycloak', 'POST', '/import', { realm: 'shop', enabled: true, users: [{ username: 'gina', enabled: true }] }],
    ['a document in the place of the world of', 'keycloak', 'POST', '/import', { realm: 'demo', enabled: true }],
    ['a space of', 'cognito', 'POST', '/spaces', { id: 'eu-west-1_Another1' }],
    ['the deletion of', 'google', 'DELETE', ''],
  ])('leaves nothing of %s a sandbox of %s', async (_what, provider, method, path, said) => {
    const { url, disk } = await startOnFragileDisk()
    const at = `${url}/_grantbox/sandboxes`
    expect((await fetch(at, json('POST', { name: 'mine', provider }))).status).toBe(201)
    const whole = async () => (await fetch(`${at}/mine/snapshot`)).json() as Promise<object>
    const fresh = await whole()
    expect((await fetch(`${at}/mine/users`, json('POST', { username: 'yan' }))).status).toBe(201)
    const before = await whole()
    const change = path === '' || path === '/reset' ? { method } : json(method, said ?? fresh)
    disk.full = true
    expect((await fetch(`${at}/mine${path}`, change)).status).toBe(500)
    disk.full = false
    expect(await whole()).toEqual(before)
    expect((await fetch(`${at}/mine${path}`, change)).status).toBeLessThan(300)
  })

  test('leaves the providers and sandboxes that were declared before', async () => {
    const { server, disk } = await startOnFragileDisk()
    const declared = (title: string, sandboxes: object) => readDeclarations({ providers: { acme: { title } }, sandboxes }, 'test').declared
    await server.declare(declared('Acme', {}))
    disk.refusesNext = true
    await expect(server.declare(declared('Other', { more: { provider: 'acme' } }))).rejects.toThrow('full')
    expect([server.sandboxes.find('acme')?.provider.name, server.sandboxes.find('more')]).toEqual(['Acme', undefined])
    await server.declare(declared('Other', { more: { provider: 'acme' } }))
    expect(server.sandboxes.find('more')?.provider.name).toBe('Other')
  })

  test('stops the start when it is the first one', async () => {
    const db = join(folder, 'never.db')
    const blocks = 8
    const error = await spawnServer({
      cwd: folder,
      args: ['--db', db, '--data', folder],
      wrapper: ['sh', '-c', `ulimit -f ${blocks}; exec "$@"`, 'sh'],
    }).then(
      () => undefined,
      (reason: Error) => reason,
    )
    expect(error?.message).toContain(db)
    expect(error?.message.trim().split('\n')).toHaveLength(1)
    expect((await open({ args: ['--db', db, '--data', folder] })).alive()).toBe(true)
  })

  test('leaves no key in memory that is not stored', async () => {
    const { url, disk } = await startOnFragileDisk()
    const keys = async () =>
      ((await (await fetch(`${url}/standard/jwks`)).json()) as { keys: { kid: string }[] }).keys.map((key) => key.kid)
    disk.full = true
    await Promise.allSettled([keys(), tokensOf(`${url}/standard`)])
    disk.full = false
    const tokens = await tokensOf(`${url}/standard`)
    const { kid } = JSON.parse(Buffer.from(tokens.access_token?.split('.')[0] ?? '', 'base64url').toString()) as { kid: string }
    expect(await keys()).toContain(kid)
  })

  test.each([
    ['the token endpoint', '/standard/token'],
    ['the control API', '/_grantbox/sandboxes/standard/tokens'],
  ])('is not forgotten by an answer of %s that takes another turn, as for making a key', async (_where, path) => {
    const { url, disk } = await startOnFragileDisk()
    const settings = { signing_alg: 'RS256' }
    expect((await fetch(`${url}/_grantbox/sandboxes/standard`, json('PATCH', { settings }))).status).toBe(200)
    const wish = { ...web, grant_type: 'password', ...alice }
    const request = path.endsWith('/tokens')
      ? json('POST', { client_id: web.client_id, username: 'alice' })
      : { method: 'POST', body: new URLSearchParams(wish) }
    disk.refusesNext = true
    const answer = await fetch(url + path, request)
    expect(disk.refusesNext).toBe(false)
    expect(answer.status).toBe(500)
    expect((await fetch(url + path, request)).status).toBeLessThan(300)
  })

  test('is told by health until the disk takes changes again, without anybody asking for one', async () => {
    const { url, disk } = await startOnFragileDisk()
    const health = async () => (await fetch(`${url}/_grantbox/health`)).status
    expect(await health()).toBe(200)
    disk.full = true
    await expect(passwordTokens(url)).resolves.toMatchObject({ error: 'server_error' })
    expect(await health()).toBe(503)
    expect(await health()).toBe(503)
    disk.full = false
    expect(await health()).toBe(200)
  })
})

describe('what may not be written', () => {
  beforeEach(({ skip }) => {
    if (process.platform === 'win32') skip('Windows has other rules for who may write')
  })

  const nobody = 65_534
  const root = process.getuid?.() === 0
  /** To root all files are open, so as root it is somebody else who starts it. */
  const somebody = root ? { uid: nobody, gid: nobody } : {}

  /** A folder with a database of the server that somebody else cannot write, or only some of it. */
  async function protectedFolder(name: string, modes: { folder: number; file: number }) {
    const data = join(folder, name)
    await mkdir(data)
    await chmod(folder, 0o755)
    const db = join(data, 'grantbox.db')
    await stop(await open({ args: ['--db', db, '--data', data] }))
    for (const file of await readdir(data)) {
      if (root) await chown(join(data, file), nobody, nobody)
      await chmod(join(data, file), modes.file)
    }
    if (root) await chown(data, nobody, nobody)
    await chmod(data, modes.folder)
    onTestFinished(() => chmod(data, 0o755))
    return { data, db, digest: await digestOf(db) }
  }
  const digestOf = async (file: string) =>
    createHash('sha256')
      .update(await readFile(file))
      .digest('hex')

  test.each([
    ['a database', { folder: 0o755, file: 0o444 }],
    ['a folder with its database', { folder: 0o555, file: 0o644 }],
  ])('%s that is read-only stops the start with one sentence, and stays as it was', async (name, modes) => {
    const { data, db, digest } = await protectedFolder(name.replaceAll(' ', '-'), modes)
    const error = await spawnServer({ cwd: '/', args: ['--db', db, '--data', data], ...somebody }).then(
      () => undefined,
      (reason: Error) => reason,
    )
    expect(error?.message).toContain(`${db} cannot be`)
    expect(error?.message.trim().split('\n')).toHaveLength(1)
    expect(error?.message).toContain('writable')
    expect(await digestOf(db)).toBe(digest)
  })
})
