import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { vendors } from '../../src/providers/registry.ts'
import { runCommand, spawnCommand } from '../support/command-line.ts'
import { brandon, findFluffy } from '../support/iokids-client.ts'
import { launch, type TestServer } from '../support/server.ts'

let cwd: string
let server: TestServer

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'grantbox-cli-'))
  server = await launch({ adminToken: 'the-token' })
})

afterAll(async () => {
  await server.close()
  await rm(cwd, { recursive: true })
})

const grantbox = (...argv: string[]) => runCommand(argv, { cwd, env: { GRANTBOX_ADMIN_TOKEN: 'the-token', GRANTBOX_URL: server.url } })

describe('grantbox providers', () => {
  test('says in a line each whom it can stand for, where, and whose hosts it has, and makes no sandbox', async () => {
    const { code, stdout, stderr } = await grantbox('providers')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const lines = stdout.split('\n')
    for (const { id, name } of vendors) expect(lines.filter((line) => line.startsWith(`${id} `) && line.includes(name))).toHaveLength(1)
    expect(stdout).toMatch(new RegExp(`^auth0 +Auth0 +${server.url}/auth0 +\\*\\.auth0\\.com and 6 more$`, 'm'))
    expect(server.server.sandboxes.find('auth0')).toBeUndefined()
  })

  test('tells of one how to sign in there, in any letter case, and of several', async () => {
    const { stdout } = await grantbox('providers', 'iOKids', 'auth0')
    for (const fact of [
      'iok-cid-findfluffy',
      'iok-cse-findfluffy',
      'beautifulmeercat246',
      `${server.url}/oauth/token`,
      `${server.url}/auth0/oauth/token`,
    ])
      expect(stdout).toContain(fact)
    expect(stdout).toMatch(/^User +beautifulmeercat246 +Find Fluffy, LLC\n +organicladybug833 +/m)
  })

  test('prints all of it as JSON, where the names stand does not matter', async () => {
    const { stdout } = await grantbox('providers', '--json', 'standard')
    expect(JSON.parse(stdout)).toEqual([
      expect.objectContaining({
        name: 'standard',
        base_url: `${server.url}/standard`,
        openid_configuration: `${server.url}/standard/.well-known/openid-configuration`,
        preloaded: {
          clients: expect.arrayContaining([expect.objectContaining({ client_id: 'standard-web', client_secret: 'standard-web-secret' })]),
          users: expect.arrayContaining([{ username: 'alice', password: 'password' }]),
        },
      }),
    ])
    expect(JSON.parse((await grantbox('providers', '--json')).stdout)).toHaveLength(vendors.length + 1)
  })

  test('refuses a name that is none, and says which one was meant', async () => {
    const { code, stderr } = await grantbox('providers', 'keyclok')
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^grantbox providers: unknown provider; did you mean keycloak\? Known are: .*standard/),
    ])
  })
})

describe('grantbox token', () => {
  test('prints an access token that works', async () => {
    const { code, stdout, stderr } = await grantbox('token', '--username', brandon.username, '--expires-in', '10m')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect((await fetch(`${server.url}/v1/me`, { headers: { authorization: `Bearer ${stdout.trim()}` } })).status).toBe(200)
    const { exp = 0, iat = 0 } = decodeJwt(stdout.trim())
    expect(exp - iat).toBe(600)
  })

  test('prints the whole answer as JSON, of another sandbox, with a scope and claims', async () => {
    const line = ['--sandbox', 'standard', '--username', 'alice', '--scope', 'openid read', '--claims', '{"a":1}', '--json']
    const { stdout } = await grantbox('token', ...line)
    const answer = JSON.parse(stdout)
    expect(answer).toMatchObject({ scope: 'openid read', id_token: expect.any(String), refresh_token: expect.any(String) })
    expect(decodeJwt(answer.access_token)).toMatchObject({ a: 1, client_id: 'standard-web', sub: 'alice' })
  })

  test.each([
    [['--claims', '[1]'], 'flag --claims: expected a JSON object, got "[1]"\n'],
    [['--username', 'brndon'], expect.stringContaining('username: expected beautifulmeercat246')],
    [['--sandbox', 'iokid'], expect.stringContaining("There is no sandbox 'iokid', did you mean 'iokids'?")],
    [['--usrname', 'x'], 'flag --usrname: unknown flag; did you mean --username?\n'],
    [['--admin-token', 'wrong'], expect.stringContaining('not the admin token')],
    [['--url', 'ftp://x'], 'flag --url: expected an http or https URL, got "ftp://x"\n'],
    [['--url', 'http://127.0.0.1:65533'], 'grantbox at http://127.0.0.1:65533 does not answer: ECONNREFUSED\n'],
  ])('refuses %j in a sentence', async (argv, stderr) => {
    expect(await grantbox('token', ...argv)).toEqual({ code: 1, stdout: '', stderr })
  })
})

describe('grantbox users generate', () => {
  test('prints who they are and how they sign in, the same for a seed', async () => {
    const { code, stdout } = await grantbox('users', 'generate', '--count', '2', '--seed', '7')
    expect(code).toBe(0)
    const [first = ''] = stdout.split('\n')
    expect(stdout.split('\n')).toHaveLength(3)
    expect(first).toContain('  Find Fluffy, LLC  ')
    expect(server.sandbox().store.findUser(first.split(' ')[0] ?? '')).toBeDefined()
    const json = JSON.parse((await grantbox('users', 'generate', '--count', '1', '--type', 'family', '--json')).stdout)
    expect(json).toHaveLength(4)
  })

  test('says what it expects', async () => {
    expect((await grantbox('users')).stderr).toContain('expected: grantbox users generate')
    expect((await grantbox('users', 'generate', '--count', 'many')).stderr).toBe('flag --count: expected a whole number, got "many"\n')
  })
})

test('grantbox postman writes a collection and an environment for this address', async () => {
  const { code, stdout } = await grantbox('postman', '--out', 'postman', '--client-id', findFluffy.client_id)
  expect([code, stdout.trim().split('\n').length]).toEqual([0, 2])
  expect((await readdir(join(cwd, 'postman'))).sort()).toEqual(['iokids.postman_collection.json', 'iokids.postman_environment.json'])
  expect(await readFile(join(cwd, 'postman/iokids.postman_environment.json'), 'utf8')).toContain(server.url.replace('http://', ''))
})

test('grantbox reset brings one sandbox back, or all', async () => {
  server.sandbox().directory.deleteApp(server.sandbox().directory.listApps()[0] as never)
  expect(await grantbox('reset')).toMatchObject({ code: 0, stdout: 'iokids is as it was when it was created.\n' })
  expect(
    server
      .sandbox()
      .directory.listApps()
      .map((app) => app.name),
  ).toEqual(['FindFluffy'])
  expect((await grantbox('reset', '--all')).stdout.split('\n')).toHaveLength(server.server.sandboxes.list().length + 1)
})

describe('grantbox run', () => {
  const program = (text: string) => ['--', process.execPath, '--input-type=module', '--eval', text]

  test('gives a command the address of a grantbox, and ends with its exit code', async () => {
    const { code, stdout } = await runCommand(
      [
        'run',
        '--provider',
        'standard',
        ...program(`
          const answer = await fetch(process.env.GRANTBOX_URL + '/.well-known/openid-configuration')
          console.log(answer.status, (await answer.json()).issuer === process.env.GRANTBOX_URL, process.env.GRANTBOX_ADMIN_TOKEN)
          process.exit(7)
        `),
      ],
      { cwd },
    )
    expect({ code, stdout }).toEqual({ code: 7, stdout: '200 true undefined\n' })
    expect(await readdir(cwd)).not.toContain('.grantbox')
  })

  test('gives it the admin token when there is one', async () => {
    const { stdout } = await runCommand(['run', '--admin-token=abc', ...program(`console.log(process.env.GRANTBOX_ADMIN_TOKEN)`)], { cwd })
    expect(stdout).toBe('abc\n')
  })

  test('listens with the limits that it was given', async () => {
    const { stdout } = await runCommand(
      [
        'run',
        '--max-connections',
        '1',
        '--request-timeout=1',
        ...program(`
          import { connect } from 'node:net'
          const { port } = new URL(process.env.GRANTBOX_URL)
          const ended = (text) => new Promise((resolve) => {
            let came = ''
            const socket = connect(port, '127.0.0.1', () => socket.write(text))
            socket.on('data', (more) => { came += more }).on('error', () => {}).on('close', () => resolve(came))
          })
          const slow = ended('')
          await new Promise((resolve) => setTimeout(resolve, 200))
          console.log(await ended('GET /_grantbox/health HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n') === '')
          console.log(await Promise.race([slow, new Promise((resolve) => setTimeout(resolve, 5000, 'still there'))]) === '')
        `),
      ],
      { cwd },
    )
    expect(stdout).toBe('true\ntrue\n')
  }, 20_000)

  test('hands signals on and ends as a shell would say it', async () => {
    const child = spawnCommand(
      [
        'run',
        ...program(
          `process.on('SIGTERM', () => { console.log('told'); process.exit(3) }); setInterval(() => {}, 1000); console.log('ready')`,
        ),
      ],
      { cwd },
    )
    await child.said('ready')
    child.kill('SIGTERM')
    expect(await child.ended).toMatchObject({ code: 3, stdout: 'ready\ntold\n' })
    const killed = await runCommand(['run', ...program(`process.kill(process.pid, 'SIGKILL')`)], { cwd })
    expect(killed.code).toBe(137)
  })

  test('says what is missing', async () => {
    expect(await runCommand(['run', 'npm', 'test'], { cwd })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('expected: grantbox run [flags] -- COMMAND'),
    })
    expect(await runCommand(['run', '--', 'no-such-command'], { cwd })).toMatchObject({
      code: 127,
      stderr: 'grantbox run: there is no command no-such-command\n',
    })
  })
})

test('grantbox start makes its certificate authority when it listens, for others who share the data folder', async () => {
  const child = spawnCommand(['--port', '0', '--data', 'shared', '--db', ':memory:'], { cwd })
  await child.said('Stop with')
  await expect.poll(() => readFile(join(cwd, 'shared/ca.pem'), 'utf8').catch(() => '')).toContain('BEGIN CERTIFICATE')
  child.kill('SIGTERM')
  expect((await child.ended).code).toBe(0)
})
