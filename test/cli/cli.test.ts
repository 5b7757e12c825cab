import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { configTable } from '../../src/config/config.ts'
import { runCommand, spawnModule } from '../support/command-line.ts'

let cwd: string

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'grantbox-cli-'))
})

afterAll(() => rm(cwd, { recursive: true }))

const grantbox = (...argv: string[]) => runCommand(argv, { cwd })

describe('help', () => {
  test.each(['--help', '-h', 'help', '--port 1 --help'])('grantbox %s shows the commands and every flag', async (line) => {
    const { code, stdout, stderr } = await grantbox(...line.split(' '))
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    for (const word of ['start', 'ca', 'health', '--json', '--version', ...configTable().map(({ flag }) => flag)])
      expect(stdout).toContain(word)
  })

  test.each(['help health', 'health --help'])('grantbox %s shows the flags of that command', async (line) => {
    const { code, stdout } = await grantbox(...line.split(' '))
    expect(code).toBe(0)
    expect(stdout).toMatch(/^grantbox health: /)
    expect(stdout).toContain('--url URL')
    expect(stdout).not.toContain('--json')
  })

  test('--version prints the version of the package', async () => {
    const { default: manifest } = await import('../../package.json', { with: { type: 'json' } })
    expect(await grantbox('--version')).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: '' })
  })
})

describe('mistakes', () => {
  test.each([
    [['strat'], 'grantbox strat: unknown command; did you mean start?\n'],
    [['help', 'helth'], 'grantbox helth: unknown command; did you mean health?\n'],
    [['toString'], 'grantbox toString: unknown command\n'],
    [['--prot', '1'], 'flag --prot: unknown flag; did you mean --port?\n'],
    [['start', '--prot', '1'], 'flag --prot: unknown flag; did you mean --port?\n'],
    [['health', '--json'], 'flag --json: unknown flag\n'],
    [['--port', 'abc'], 'flag --port: expected a whole number from 0 to 65535, got "abc"\n'],
    [['health', '--url', 'nowhere'], 'flag --url: expected an http or https URL, got "nowhere"\n'],
  ])('%j: one sentence, exit code 1, nothing on stdout', async (argv, stderr) => {
    expect(await grantbox(...argv)).toEqual({ code: 1, stdout: '', stderr })
  })

  test('a wrong variable and a wrong key of the file are named', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'grantbox-cli-'))
    await writeFile(join(folder, 'grantbox.config.yaml'), 'prot: 1\n')
    const { code, stderr } = await runCommand([], { cwd: folder, env: { GRANTBOX_LOG_LEVEL: 'loud' } })
    await rm(folder, { recursive: true })
    expect(code).toBe(1)
    expect(stderr).toBe(
      'The configuration has 2 problems:\n' +
        '  environment variable GRANTBOX_LOG_LEVEL: expected one of silent, error, warn, info, debug, trace, got "loud"\n' +
        '  grantbox.config.yaml: prot: unknown key; did you mean port?\n',
    )
  })
})

describe('health', () => {
  async function answering(status: number) {
    const asked: (string | undefined)[] = []
    const server = createServer((request, response) => {
      asked.push(request.url)
      response.writeHead(status, { connection: 'close' }).end('{"status":"x"}')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    return { port, asked, close: () => new Promise((resolve) => server.close(resolve)) }
  }

  test('exits with 0 when grantbox answers 200, found by --port, by the variable or by --url', async () => {
    const { port, asked, close } = await answering(200)
    const url = `http://127.0.0.1:${port}`
    const results = [
      await grantbox('health', '--host', '127.0.0.1', '--port', String(port)),
      await runCommand(['health'], { cwd, env: { GRANTBOX_HOST: '127.0.0.1', GRANTBOX_PORT: String(port) } }),
      await grantbox('health', '--url', `${url}/`),
    ]
    await close()
    for (const result of results) expect(result).toEqual({ code: 0, stdout: `${url} is well: {"status":"x"}\n`, stderr: '' })
    expect(asked).toEqual(Array(3).fill('/_grantbox/health'))
  })

  test('exits with 1 when grantbox answers anything else', async () => {
    const { port, close } = await answering(503)
    const result = await grantbox('health', '--url', `http://127.0.0.1:${port}`)
    await close()
    expect(result).toEqual({ code: 1, stdout: '', stderr: `http://127.0.0.1:${port} answers 503: {"status":"x"}\n` })
  })

  test('exits with 1 when nothing listens', async () => {
    const { port, close } = await answering(200)
    await close()
    const { code, stderr } = await grantbox('health', '--host', '127.0.0.1', '--port', String(port))
    expect({ code, stderr }).toEqual({ code: 1, stderr: `http://127.0.0.1:${port} does not answer: ECONNREFUSED\n` })
  })
})

test('grantbox ca prints where the certificate authority lies, and makes it once', async () => {
  const { code, stdout, stderr } = await grantbox('ca', '--data', 'certified')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout.startsWith(join(await realpath(cwd), 'certified')) && stdout.endsWith('\n')).toBe(true)
  const pem = await readFile(stdout.trim(), 'utf8')
  expect(pem).toMatch(/^-----BEGIN CERTIFICATE-----/)
  expect((await grantbox('ca', '--data', 'certified')).stdout).toBe(stdout)
  expect(await readFile(stdout.trim(), 'utf8')).toBe(pem)
})

describe('stopping', () => {
  const script = (close: string) => `
    import { untilStopped } from ${JSON.stringify(join(import.meta.dirname, '../../src/cli/stop.ts'))}
    const alive = setInterval(() => {}, 1000)
    const stopped = untilStopped(${close}, process.stderr)
    console.log('listening')
    await stopped
    clearInterval(alive)
    console.log('closed')
  `

  test.each(['SIGINT', 'SIGTERM'] as const)(
    '%s closes and ends with exit code 0; its echo through npm is no second signal',
    async (signal) => {
      const child = spawnModule(script('() => new Promise((resolve) => setTimeout(resolve, 50))'))
      await child.said('listening')
      child.kill(signal)
      child.kill(signal)
      expect(await child.ended).toEqual({ code: 0, stdout: 'listening\nclosed\n', stderr: '' })
    },
  )

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('a second %s ends at once with exit code %d', async (signal, code) => {
    const child = spawnModule(script('() => new Promise(() => {})'))
    await child.said('listening')
    child.kill(signal)
    await child.said('stops at once')
    child.kill(signal)
    expect(await child.ended).toMatchObject({ code, stdout: 'listening\n' })
  })
})
