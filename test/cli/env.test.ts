import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { iokids } from '../../src/providers/iokids/iokids.ts'
import { currentNode, runProgram } from '../support/child.ts'
import { runCommand } from '../support/command-line.ts'
import { launch, type TestServer } from '../support/server.ts'

let cwd: string
let server: TestServer

beforeAll(async () => {
  // What is printed for shells stands in quotes.
  cwd = await mkdtemp(join(tmpdir(), `grantbox's \\env-`))
  server = await launch({ adminToken: 'the-token' })
})

afterAll(async () => {
  await server.close()
  await rm(cwd, { recursive: true })
})

const grantbox = (...argv: string[]) =>
  runCommand(argv, { cwd, env: { GRANTBOX_ADMIN_TOKEN: 'the-token', GRANTBOX_URL: server.url, NO_PROXY: '', no_proxy: '' } })

const asks = `fetch('https://sandbox.iokids.net/v1/me').then((answer) => console.log(answer.status))`

describe('grantbox env', () => {
  test('leads what a shell starts to the grantbox that runs', async () => {
    const { code, stdout, stderr } = await grantbox('env')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain(`export HTTPS_PROXY='http://_:the-token@localhost:${new URL(server.url).port}'\n`)
    expect(stdout).toContain(`export GRANTBOX_ADMIN_TOKEN='the-token'\n`)
    expect(await runProgram('sh', ['-c', `${stdout}exec "$0" -e "$1"`, currentNode, asks])).toBe('401\n')
  })

  test('and to one of its sandboxes', async () => {
    server.server.sandboxes.create({ name: 't42', provider: iokids })
    const { stdout } = await grantbox('env', '--sandbox', 't42', '--json')
    const variables = JSON.parse(stdout)
    expect(variables.http_proxy).toMatch(/^http:\/\/t42:the-token@localhost:\d+$/)
    expect(await runProgram(currentNode, ['-e', asks], { env: { ...process.env, ...variables } })).toBe('401\n')
    expect(
      server.server.sandboxes
        .find('t42')
        ?.journal.list({})
        .map(({ host }) => host),
    ).toEqual(['sandbox.iokids.net:443'])
  })

  test('says the same in other forms', async () => {
    const variables = JSON.parse((await grantbox('env', '--json')).stdout)
    const bundle = join(cwd, '.grantbox/ca-bundle.pem')
    expect(variables.SSL_CERT_FILE).toBe(bundle)
    expect(await readFile(bundle, 'utf8')).toContain((await server.server.certificates.ca()).trim())
    expect((await grantbox('env', '--fish')).stdout).toContain(`set -gx SSL_CERT_FILE '${bundle.replaceAll(/[\\']/g, '\\$&')}'\n`)
    expect((await grantbox('env', '--powershell')).stdout).toContain(`$env:SSL_CERT_FILE = '${bundle.replaceAll("'", "''")}'\n`)
    const file = join(cwd, 'github')
    await appendFile(file, 'BEFORE=1\n')
    await appendFile(file, (await grantbox('env', '--github')).stdout)
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n')
    expect(Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2)))).toEqual({ BEFORE: '1', ...variables })
  })

  test('tells what it cannot keep, and what goes around grantbox', async () => {
    const { stderr } = await runCommand(['env', '--url', server.url, '--admin-token', 'the-token'], {
      cwd,
      env: { HTTPS_PROXY: 'http://proxy.corp.example:3128', NO_PROXY: 'iokids.net' },
    })
    expect(stderr).toBe(
      'grantbox: the proxy that is set is asked no longer; to go on by way of it, start grantbox with --proxy-next\n' +
        'grantbox: NO_PROXY leads around grantbox to sandbox.iokids.net\n',
    )
    expect(
      (await runCommand(['env', '--url', server.url, '--admin-token', 'the-token'], { cwd, env: { HTTPS_PROXY: server.url } })).stderr,
    ).toBe('')
  })

  test('refuses two forms at once, a grantbox that is no proxy, and a sandbox that is not there', async () => {
    expect((await grantbox('env', '--fish', '--json')).stderr).toBe('flag --json: expected one form, and --fish was said\n')
    expect((await grantbox('env', '--sandbox', 'nowhere')).code).toBe(1)
    const off = await launch({ proxy: 'off' })
    const { code, stdout, stderr } = await runCommand(['env', '--url', off.url], { cwd })
    await off.close()
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: '',
      stderr: `grantbox env: expected a proxy at ${off.url}: start it with --proxy known or all\n`,
    })
  })
})

test('grantbox ca --bundle prints where a file lies with the system’s authorities and ours, and with those that were named', async () => {
  const { stdout } = await grantbox('ca', '--bundle', '--data', 'other')
  expect(stdout).toBe(`${join(cwd, 'other/ca-bundle.pem')}\n`)
  const bundle = await readFile(stdout.trim(), 'utf8')
  expect(bundle.split((await readFile(join(cwd, 'other/ca.pem'), 'utf8')).trim())).toHaveLength(2)
  expect(bundle.match(/BEGIN CERTIFICATE/g)?.length).toBeGreaterThan(50)
  const again = await runCommand(['ca', '--bundle', '--data', 'other'], {
    cwd,
    env: { SSL_CERT_FILE: stdout.trim(), DENO_CERT: join(cwd, '.grantbox/ca-bundle.pem') },
  })
  const both = await readFile(again.stdout.trim(), 'utf8')
  expect(both).toContain((await server.server.certificates.ca()).trim())
})
