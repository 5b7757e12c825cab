import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { StartError } from '../../src/basics/start-error.ts'
import type { StartInfo } from '../../src/start/info.ts'
import { createServer } from '../../src/start/server.ts'
import { type Running, runCommand, spawnCommand } from '../support/command-line.ts'
import { brandon, findFluffy, freshCode, passwordTokens, postmanCallback, postToken } from '../support/iokids-client.ts'
import { addClient, addUser, credentials } from '../support/iokids-setup.ts'
import { launch, start } from '../support/server.ts'
import { begin } from '../support/sign-in-steps.ts'

const folder = await mkdtemp(join(tmpdir(), 'grantbox-store-'))
afterAll(() => rm(folder, { recursive: true }))
let files = 0
const newFile = () => join(folder, `${++files}.db`)

const refresh = (base: string, refresh_token: unknown) =>
  postToken(base, { grant_type: 'refresh_token', refresh_token: String(refresh_token), ...findFluffy })
const me = async (base: string, token: unknown) => (await fetch(`${base}/v1/me`, { headers: { authorization: String(token) } })).status

function startError(db: string, dataDir?: string): Promise<StartError> {
  return createServer({ db, dataDir, defaultProvider: 'iokids', host: 'localhost', logLevel: 'silent' }).then(
    () => {
      throw new Error('it started')
    },
    (error) => {
      expect(error).toBeInstanceOf(StartError)
      return error
    },
  )
}

describe('a restart on the same file', () => {
  test('keeps users, clients, grants, codes, tokens, sign-ins under way, sandboxes and their clocks', async () => {
    const db = newFile()
    const before = await launch({ db })
    const { sandboxes } = before.server
    const { provider } = before.sandbox()
    sandboxes.create({ provider, name: 'mine', company: 'Mine', hosts: ['mine.example'], settings: { code_ttl: 600 } })
    sandboxes.setClock(before.sandbox('mine'), { frozen: true, offset: -86_400_000 })
    const stoodAt = before.sandbox('mine').clock.now()
    const client = addClient(before.sandbox())
    addUser(before.sandbox(), { username: 'kept', password: 'mine' })
    const tokens = await passwordTokens(before.url)
    const elsewhere = await passwordTokens(`${before.url}/mine`, { password: 'Mine' })
    const code = await freshCode(before)
    const { transaction } = await begin(before.url)
    const { signing_secret } = before.sandbox().settings
    await before.close()

    const after = await start({ db })
    expect(after.sandbox().settings.signing_secret).toBe(signing_secret)
    expect(await me(after.url, tokens.access_token)).toBe(200)
    expect((await refresh(after.url, tokens.refresh_token)).status).toBe(200)
    const redeem = () => postToken(after.url, { grant_type: 'authorization_code', code, redirect_uri: postmanCallback, ...findFluffy })
    expect((await redeem()).status).toBe(200)
    expect((await redeem()).body.error).toBe('invalid_grant')
    expect((await postToken(after.url, { grant_type: 'client_credentials', ...credentials(client) })).status).toBe(200)
    const kept = await passwordTokens(after.url, { username: 'kept', password: 'mine' })
    expect(await me(after.url, kept.access_token)).toBe(200)
    const { post } = await begin(after.url)
    expect((await post({ transaction, ...brandon })).html).toContain('Continue to use the App')

    expect(after.sandbox('mine')).toMatchObject({ company: 'Mine', hosts: ['mine.example'], settings: { code_ttl: 600 } })
    expect(after.sandbox('mine').clock.now()).toBe(stoodAt)
    expect(after.server.sandboxes.findByHost('mine.example')?.name).toBe('mine')
    expect(await me(`${after.url}/mine`, elsewhere.access_token)).toBe(200)
  })

  test('keeps what was revoked revoked, and hands out no key twice', async () => {
    const db = newFile()
    const before = await launch({ db })
    const tokens = await passwordTokens(before.url)
    const { body: second } = await refresh(before.url, tokens.refresh_token)
    await refresh(before.url, second.refresh_token)
    await before.close()

    const after = await start({ db })
    expect((await refresh(after.url, tokens.refresh_token)).body.error).toBe('invalid_grant')
    expect((await refresh(after.url, second.refresh_token)).body.error).toBe('invalid_grant')
    expect(await me(after.url, tokens.access_token)).toBe(401)
    expect(await me(after.url, (await passwordTokens(after.url)).access_token)).toBe(200)
  })

  test('a user who dropped the app meanwhile, or is gone, is 4011', async () => {
    const db = newFile()
    const before = await launch({ db })
    addUser(before.sandbox(), { username: 'leaving' })
    const dropped = await passwordTokens(before.url)
    const gone = await passwordTokens(before.url, { username: 'leaving' })
    const disabled = await passwordTokens(before.url, { username: 'redbutterfly267' })
    await before.close()
    const file = new Sqlite(db)
    file.pragma('foreign_keys = ON')
    file.exec(`DELETE FROM user_app WHERE user_row = (SELECT id FROM user WHERE username = '${brandon.username}');
      DELETE FROM user WHERE username = 'leaving'; UPDATE user SET disabled = 1 WHERE username = 'redbutterfly267'`)
    file.close()

    const after = await start({ db })
    const ask = async (token: string) => {
      const answer = await fetch(`${after.url}/v1/me`, { headers: { authorization: token } })
      return [answer.status, await answer.text(), answer.headers.get('grantbox-explain')]
    }
    const noPermission = '{"error_code":4011,"error_description":"Application does not have permission"}'
    expect(await ask(dropped.access_token)).toEqual([401, noPermission, expect.stringContaining('no longer has FindFluffy')])
    expect(await ask(gone.access_token)).toEqual([401, noPermission, expect.any(String)])
    expect(await ask(disabled.access_token)).toEqual([401, noPermission, expect.any(String)])
    expect((await refresh(after.url, disabled.refresh_token)).body.error).toBe('invalid_grant')
  })
})

describe('a kill -9', () => {
  const running: Running[] = []
  afterEach(async () => {
    for (const child of running.splice(0)) {
      child.kill('SIGKILL')
      await child.ended
    }
  })

  async function spawn(db: string): Promise<{ url: string; child: Running }> {
    const child = spawnCommand(['start', '--port', '0', '--db', db, '--data', `${db}.data`, '--json'], { cwd: folder })
    running.push(child)
    await child.said('\n')
    const { url } = JSON.parse(child.stdout()) as StartInfo
    return { url, child }
  }

  test('right after an answer loses nothing that the client was told', async () => {
    const db = newFile()
    let { url, child } = await spawn(db)
    let refresh_token: unknown = (await passwordTokens(url)).refresh_token
    for (let i = 0; i < 3; i++) {
      child.kill('SIGKILL')
      await child.ended
      ;({ url, child } = await spawn(db))
      const { status, body } = await refresh(url, refresh_token)
      expect(status).toBe(200)
      refresh_token = body.refresh_token
    }
    const code = await freshCode({ url })
    child.kill('SIGKILL')
    await child.ended
    const last = await spawn(db)
    const form = { grant_type: 'authorization_code', code, redirect_uri: postmanCallback, ...findFluffy }
    expect((await postToken(last.url, form)).status).toBe(200)
  })
})

describe('a start is refused with a sentence', () => {
  test('when the database is newer than the program', async () => {
    const db = newFile()
    const file = new Sqlite(db)
    file.pragma('user_version = 999')
    file.close()
    const { message } = await startError(db)
    expect(message).toContain(`The database ${db} was made by a newer grantbox (its version is 999`)
    expect(message).toContain('Update grantbox')
    const { code, stdout, stderr } = await runCommand(['--port', '0', '--db', db], { cwd: folder })
    expect([code, stdout, stderr]).toEqual([1, '', `${message}\n`])
    const untouched = new Sqlite(db)
    expect(untouched.pragma('user_version', { simple: true })).toBe(999)
    expect(untouched.prepare('SELECT name FROM sqlite_schema').all()).toEqual([])
    untouched.close()
  })

  test('when another process has the database', async () => {
    const db = newFile()
    const first = await start({ db })
    const { code, stdout, stderr } = await runCommand(['--port', '0', '--db', db], { cwd: folder })
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toBe(`The database ${db} is in use by another process. Stop the other grantbox, or choose another folder with --data.\n`)
    expect((await postToken(first.url, { grant_type: 'client_credentials', ...findFluffy })).status).toBe(200)
  })

  test('when the folder cannot be made or written', async () => {
    const file = join(folder, 'a-file')
    await writeFile(file, '')
    const below = join(file, 'below')
    const { message } = await startError(':memory:', below)
    expect(message).toContain(`The data folder ${below} cannot be made or written (ENOTDIR)`)
    expect(message).toContain('choose another one with --data')
    const database = await startError(join(below, 'grantbox.db'))
    expect(database.message).toContain(`The database ${join(below, 'grantbox.db')} cannot be written`)
    expect((await startError(folder)).message).toContain(`The database ${folder} cannot be`)

    const { code, stdout, stderr } = await runCommand(['--port', '0', '--data', below], { cwd: folder })
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr.trim().split('\n')).toEqual([expect.stringContaining(below)])
  })

  test('where nothing can be made, as below /proc, it ends', async ({ skip }) => {
    if (process.platform !== 'linux') skip('there is no /proc, below which nothing can be made')
    for (const [flag, said] of [
      ['--data', 'The data folder /proc/nope cannot be made or written (ENOENT)'],
      ['--db', 'The database /proc/nope cannot be'],
    ] as const) {
      const child = spawnCommand(['--port', '0', flag, '/proc/nope'], { cwd: folder })
      const late = setTimeout(() => child.kill('SIGKILL'), 8000)
      const { code, stderr } = await child.ended
      clearTimeout(late)
      expect(code).toBe(1)
      expect(stderr).toContain(said)
    }
  }, 20_000)

  test('when the file is no database', async () => {
    const db = newFile()
    await writeFile(db, 'This is a letter to my aunt, and no database at all.'.repeat(100))
    expect((await startError(db)).message).toContain(`The file ${db} is no database`)
  })

  test('when the provider is not known, with the one that was meant', async () => {
    await expect(createServer({ db: ':memory:', defaultProvider: 'iokid', host: 'localhost', logLevel: 'silent' })).rejects.toThrow(
      "There is no provider 'iokid'; did you mean 'iokids'?",
    )
  })
})

describe('when the disk refuses a commit', () => {
  /** A server whose next commits fail as long as the disk is full. */
  async function startOnFragileDisk() {
    const disk = { full: false }
    const prepare = Sqlite.prototype.prepare
    const spy = vi.spyOn(Sqlite.prototype, 'prepare').mockImplementation(function (this: Sqlite.Database, sql: string) {
      const statement = prepare.call(this, sql) as Sqlite.Statement<[]>
      if (sql !== 'COMMIT') return statement
      const run = statement.run.bind(statement)
      statement.run = () => {
        if (disk.full) throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' })
        return run()
      }
      return statement
    })
    const server = await start({ logLevel: 'silent' })
    spy.mockRestore()
    onTestFinished(() => {
      disk.full = false
    })
    return { server, disk }
  }

  const serverError = { error: 'server_error', error_code: 5001, error_description: 'Internal error' }

  test('a token request is answered 500 in the dialect, nothing was given, and the next one works', async () => {
    const { server, disk } = await startOnFragileDisk()
    const code = await freshCode(server)
    const redeem = () => postToken(server.url, { grant_type: 'authorization_code', code, redirect_uri: postmanCallback, ...findFluffy })
    disk.full = true
    const answers = await Promise.all([redeem(), redeem(), passwordTokens(server.url)])
    expect(answers.slice(0, 2)).toMatchObject(Array(2).fill({ status: 500, body: serverError }))
    expect(answers[2]).toEqual(serverError)
    disk.full = false
    expect((await redeem()).status).toBe(200)
  })

  test('a refusal that changes something is answered 500 too, without the words of the disk', async () => {
    const { server, disk } = await startOnFragileDisk()
    const code = await freshCode(server)
    const redeem = () => postToken(server.url, { grant_type: 'authorization_code', code, redirect_uri: postmanCallback, ...findFluffy })
    const { body } = await redeem()
    disk.full = true
    const again = await redeem()
    expect(again).toMatchObject({ status: 500, body: serverError })
    expect(Object.keys(again.body)).toEqual(Object.keys(serverError))
    disk.full = false
    expect(await me(server.url, body.access_token)).toBe(200)
    expect((await redeem()).body.error).toBe('invalid_grant')
    expect(await me(server.url, body.access_token)).toBe(401)
  })

  test('a sign-in ends in a page with status 500 that lets no code out, and can be repeated', async () => {
    const { server, disk } = await startOnFragileDisk()
    const { post } = await begin(server.url)
    await post(brandon)
    for (const decision of ['allow', 'cancel']) {
      disk.full = true
      const refused = await post({ decision })
      expect(refused.status).toBe(500)
      expect(refused.location).toBeUndefined()
      expect(refused.headers.get('content-type')).toBe('text/html; charset=utf-8')
      disk.full = false
    }
    expect((await post({ decision: 'allow' })).location?.searchParams.get('code')).toBeTruthy()
  })
})
