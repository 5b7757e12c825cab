import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/basics/clock.ts'
import { createCertificates } from '../../src/http/certificates/certificates.ts'
import { cleanEnvironment, commandExists, currentNode, runProgram } from '../support/child.ts'
import { type Ended, runCommand } from '../support/command-line.ts'

/** Where packages are found by programs that are given as text. */
const project = join(import.meta.dirname, '../..')
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'grantbox-test-run-'))
})

afterAll(() => rm(folder, { recursive: true }))

const program = (text: string) => ['--', currentNode, '--input-type=module', '--eval', text]

/** Under `grantbox run`, without a proxy and authorities of whoever runs the tests. */
function run(argv: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  return runCommand(['run', ...argv], { cwd: project, env: { ...withoutLead, ...env } })
}

const withoutLead = Object.fromEntries(
  ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy', 'NO_PROXY', 'no_proxy', 'JAVA_TOOL_OPTIONS'].map(
    (name) => [name, ''],
  ),
)

describe("programs that have their vendor's address in them get their answer", () => {
  const refused = '401 {"error_code":4011,"error_description":"Application does not have permission"}\n'

  test.each([
    ['fetch', `const answer = await fetch('https://sandbox.iokids.net/v1/me'); console.log(answer.status, await answer.text())`],
    [
      'https.get',
      `import { get } from 'node:https'
       get('https://sandbox.iokids.net/v1/me', async (answer) => console.log(answer.statusCode, (await answer.toArray()).join('')))`,
    ],
    [
      'http.get',
      `import { get } from 'node:http'
       get('http://sandbox.iokids.net/v1/me', async (answer) => console.log(answer.statusCode, (await answer.toArray()).join('')))`,
    ],
    [
      'axios',
      `import axios from 'axios'
       const { status, data } = await axios.get('https://sandbox.iokids.net/v1/me', { validateStatus: null })
       console.log(status, JSON.stringify(data))`,
    ],
    [
      'undici',
      `import { request } from 'undici'
       const { statusCode, body } = await request('https://sandbox.iokids.net/v1/me')
       console.log(statusCode, await body.text())`,
    ],
  ])('%s', async (_name, text) => {
    expect(await run(program(text))).toEqual({ code: 0, stdout: refused, stderr: '' })
  })

  test('curl', async ({ skip }) => {
    if (!commandExists('curl')) skip('there is no curl')
    expect(await run(['--', 'curl', '-sS', '-w', '\n%{http_code}\n', 'https://sandbox.iokids.net/v1/me'])).toEqual({
      code: 0,
      stdout: '{"error_code":4011,"error_description":"Application does not have permission"}\n401\n',
      stderr: '',
    })
  })

  test('Java, for --java', async ({ skip }) => {
    if (!commandExists('javac')) skip('there is no JDK')
    const file = join(folder, 'Ask.java')
    await writeFile(
      file,
      `import java.net.URI;
       import java.net.http.*;
       public class Ask {
         public static void main(String[] args) throws Exception {
           var request = HttpRequest.newBuilder(URI.create("https://sandbox.iokids.net/v1/me")).build();
           var answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
           System.out.println(answer.statusCode() + " " + answer.body());
         }
       }`,
    )
    const { code, stdout } = await run(['--java', '--', 'java', file], { JAVA_TOOL_OPTIONS: '-Dkept=1' })
    expect({ code, stdout }).toEqual({ code: 0, stdout: refused })
  }, 60_000)

  test('Python, which sends no credentials that lack a part', async ({ skip }) => {
    if (!commandExists('python3')) skip('there is no Python')
    const text = `
import urllib.request, urllib.error
for host in ['sandbox.iokids.net', 'elsewhere.invalid']:
  try: urllib.request.urlopen('https://' + host + '/v1/me')
  except urllib.error.URLError as error: print(error)
`
    const { stdout } = await run(['--host', '0.0.0.0', '--admin-token', 'a/b+c==', '--', 'python3', '-c', text])
    expect(stdout).toMatch(/^HTTP Error 401: Unauthorized\n.*\b502\b.*\n$/)
  })

  test('with a password where everybody could reach the proxy', async () => {
    const text = `const answer = await fetch('https://sandbox.iokids.net/v1/me'); console.log(answer.status, process.env.HTTPS_PROXY)`
    const { stdout } = await run(['--host', '0.0.0.0', '--admin-token', 'abc', ...program(text)])
    expect(stdout).toMatch(/^401 http:\/\/_:abc@localhost:\d+\n$/)
  })
})

describe('what was set before is kept', () => {
  test('a proxy is the next one of tunnels, hosts that go around it do so on, and authorities are trusted with ours', async () => {
    const tunnels: string[] = []
    const before = createServer().on('connect', ({ url = '', headers }, socket) => {
      tunnels.push(`${url} ${Buffer.from(String(headers['proxy-authorization']).slice(6), 'base64')}`)
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
    })
    before.listen(0, '127.0.0.1')
    onTestFinished(() => void before.close())
    const named = join(folder, 'company.pem')
    const company = (await createCertificates({ clock: systemClock }).ca()).trim()
    await writeFile(named, company)
    const wgetrc = join(folder, 'wgetrc')
    await writeFile(wgetrc, 'timeout = 7\n')
    const { stdout, stderr } = await run(
      [
        '--java',
        ...program(`
          import { readFileSync } from 'node:fs'
          const failure = await fetch('https://elsewhere.example/').catch((error) => error.message)
          const { NO_PROXY, no_proxy, JAVA_TOOL_OPTIONS, ...env } = process.env
          const names = ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'AWS_CA_BUNDLE',
            'GIT_SSL_CAINFO', 'DENO_CERT', 'GRPC_DEFAULT_SSL_ROOTS_FILE_PATH']
          const bundles = new Set(names.map((name) => readFileSync(env[name], 'utf8')))
          const wget = readFileSync(env.WGETRC, 'utf8')
          const [php, folder] = env.PHP_INI_SCAN_DIR.split(':')
          const ini = readFileSync(folder + '/grantbox.ini', 'utf8')
          const own = { wget, php, ini, bundle: env.SSL_CERT_FILE }
          console.log(JSON.stringify({ failure, NO_PROXY, no_proxy, JAVA_TOOL_OPTIONS, bundles: [...bundles], own }))
        `),
      ],
      {
        https_proxy: `http://me:secret@127.0.0.1:${(before.address() as AddressInfo).port}`,
        NO_PROXY: 'internal.example, .corp.example,10.0.0.0/8',
        JAVA_TOOL_OPTIONS: '-Xmx64m',
        REQUESTS_CA_BUNDLE: named,
        AWS_CA_BUNDLE: join(folder, 'gone.pem'),
        WGETRC: wgetrc,
        PHP_INI_SCAN_DIR: '/etc/mine',
      },
    )
    expect(stderr).toBe('')
    const { failure, bundles, own, ...kept } = JSON.parse(stdout)
    expect(own.wget).toBe(`timeout = 7\n\nca_certificate = ${own.bundle}\n`)
    expect(own.php).toBe('/etc/mine')
    expect(own.ini).toBe(`curl.cainfo = "${own.bundle}"\nopenssl.cafile = "${own.bundle}"\n`)
    expect(failure).toBe('fetch failed')
    expect(tunnels).toEqual(['elsewhere.example:443 me:secret'])
    expect(kept.NO_PROXY).toBe('internal.example,.corp.example,10.0.0.0/8,localhost,.localhost,127.0.0.1,::1')
    expect(kept.no_proxy).toBe(kept.NO_PROXY)
    expect(kept.JAVA_TOOL_OPTIONS).toMatch(/^-Xmx64m -Dhttp\.proxyHost=localhost -Dhttp\.proxyPort=\d+ /)
    expect(kept.JAVA_TOOL_OPTIONS).toContain('-Dhttp.nonProxyHosts=internal.example|*.corp.example|localhost|')
    expect(bundles).toHaveLength(1)
    expect(bundles[0].split(company)).toHaveLength(2)
    // The system's, the named one, ours.
    expect(bundles[0].match(/BEGIN CERTIFICATE/g).length).toBeGreaterThan(50)
  })

  test('hosts that would be called around grantbox are told of', async () => {
    const { stderr } = await run(program(''), { NO_PROXY: 'example.com, *.wildix.com', no_proxy: 'sandbox.iokids.net:443' })
    expect(stderr).toMatch(/^grantbox: NO_PROXY leads around grantbox to [^\n]+\n$/)
    for (const host of ['sandbox.iokids.net', 'auth.wildix.com']) expect(stderr).toContain(host)
    expect(stderr).not.toContain('socialidnow')
    expect((await run(program(''), { NO_PROXY: '*' })).stderr).toContain('api.socialidnow.com')
  })

  test('a proxy of another kind is told of', async () => {
    expect(await run(program(''), { ALL_PROXY: 'socks5://127.0.0.1:1080' })).toMatchObject({
      code: 0,
      stderr: 'grantbox run: the proxy that is set is no http or https URL, so hosts of no sandbox are called without it\n',
    })
  })
})

describe('where hosts of no sandbox are led', () => {
  const asksTwice = program(`
    for (const url of ['https://elsewhere.example/', 'https://elsewhere.example/', 'http://other.example:8080/'])
      await fetch(url).then((answer) => answer.status, (error) => error.message).then(console.log)
    process.exit(5)
  `)

  test('nowhere with --offline, which lists them at the end', async () => {
    expect(await run(['--offline', ...asksTwice])).toEqual({
      code: 5,
      stdout: 'fetch failed\nfetch failed\nfetch failed\n',
      stderr: 'grantbox run: refused, being hosts of no sandbox:\n  other.example:8080\n  elsewhere.example:443, 2 times\n',
    })
  })

  test('nowhere with --proxy known, and --offline may say so, too', async () => {
    const { code, stderr } = await run(['--proxy', 'known', '--offline', ...asksTwice])
    expect({ code, stderr }).toEqual({ code: 5, stderr: expect.stringContaining('elsewhere.example:443, 2 times') })
  })

  test('--offline and another --proxy stop the start', async () => {
    for (const mode of ['all', 'off']) {
      const message = `flag --offline: means --proxy known, and --proxy ${mode} was said as well: say one of them\n`
      expect(await run(['--offline', `--proxy=${mode}`, ...asksTwice])).toEqual({ code: 1, stdout: '', stderr: message })
      expect(await run(['--offline', ...asksTwice], { GRANTBOX_PROXY: mode })).toEqual({ code: 1, stdout: '', stderr: message })
    }
  })

  test('as without grantbox with --proxy off', async () => {
    const { stdout } = await run(['--proxy', 'off', ...program(`console.log(process.env.HTTPS_PROXY, process.env.GRANTBOX_URL)`)])
    expect(stdout).toMatch(/^ http:\/\/localhost:\d+\n$/)
  })
})

test.each([
  ['20.20.2', false],
  ['22.20.0', false],
  ['22.21.0', true],
  ['23.11.1', false],
  ['24.4.1', false],
  ['24.5.0', true],
  ['26.0.0', true],
])('a Node.js that goes around the proxy is named: %s', async (version, knows) => {
  const bin = await mkdtemp(join(folder, 'bin-'))
  for (const name of ['node', 'npx']) {
    await writeFile(join(bin, name), `#!/bin/sh\necho v${version}\n`)
    await chmod(join(bin, name), 0o755)
  }
  const { stdout, stderr } = await run(['--', 'npx', 'something'], { PATH: [bin, process.env.PATH].join(delimiter) })
  expect(stdout).toBe(`v${version}\n`)
  const named = `grantbox run: npx is of Node.js ${version}, whose fetch and https go around grantbox: NODE_USE_ENV_PROXY is known since 22.21 and 24.5\n`
  expect(stderr).toBe(knows ? '' : named)
})

test('two runs beside each other have their own ports, worlds and files, and leave none behind', async () => {
  const text = `
    const { GRANTBOX_URL, HTTPS_PROXY, SSL_CERT_FILE } = process.env
    const made = await fetch(GRANTBOX_URL + '/_grantbox/sandboxes', {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"name":"mine","provider":"standard"}' })
    const answer = await fetch('https://sandbox.iokids.net/v1/me')
    console.log(JSON.stringify([made.status, answer.status, GRANTBOX_URL, HTTPS_PROXY, SSL_CERT_FILE]))
  `
  const ends = await Promise.all([run(program(text)), run(program(text))])
  const [one, other] = ends.map(({ stdout }) => JSON.parse(stdout))
  expect([one, other].map((answer) => answer.slice(0, 2))).toEqual([
    [201, 401],
    [201, 401],
  ])
  expect(one[2]).toBe(one[3])
  expect(new Set([...one.slice(2), ...other.slice(2)]).size).toBe(4)
  expect(existsSync(one[4])).toBe(false)
  expect(await readFile(other[4], 'utf8').catch(() => 'gone')).toBe('gone')
})

test('what a terminal says to all its programs reaches the command once', async ({ skip }) => {
  if (!commandExists('python3')) skip('there is no Python, which makes a terminal')
  const terminal = `
import os, pty, sys
child, end = pty.fork()
if child == 0: os.execvp(sys.argv[1], sys.argv[1:])
said, asked = b'', False
while True:
  try: said += os.read(end, 1024)
  except OSError: break
  if b'ready' in said and not asked:
    asked = True
    os.write(end, b'\\x03')
print(said.decode())
`
  const counts = `
    let count = 0
    process.on('SIGINT', () => { if (++count === 1) setTimeout(() => { console.log('interrupted ' + count); process.exit() }, 300) })
    console.log('ready')
    setTimeout(() => {}, 20000)
  `
  const main = process.env.GRANTBOX_TEST_PROGRAM ?? join(project, 'src/cli/main.ts')
  const said = await runProgram('python3', ['-c', terminal, currentNode, main, 'run', ...program(counts)], {
    cwd: project,
    env: cleanEnvironment(),
  })
  expect(said).toMatch(/interrupted 1\b/)
}, 30_000)
