import { type ChildProcessWithoutNullStreams, execFile, spawn, spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { runCollection } from '../support/newman.ts'
import { start, type TestServer } from '../support/server.ts'
import { claimsOf } from '../support/vendor-client.ts'

const folder = await mkdtemp(join(tmpdir(), 'grantbox-programs-'))
afterAll(() => rm(folder, { recursive: true, force: true }))

/** A program as its vendor prints it, below `test/vendor-programs`. */
const printed = (name: string) => readFile(join(import.meta.dirname, 'programs', name), 'utf8')

/** Why a program cannot run on this machine; undefined when it can. */
function missing(what: string, command: string, ...args: string[]): string | undefined {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0 ? undefined : `skipped: no ${what}`
}

/** The certificate authority as each language is told of it. */
async function trusting(server: TestServer): Promise<NodeJS.ProcessEnv> {
  const caFile = join(await mkdtemp(join(folder, 'ca-')), 'ca.pem')
  await writeFile(caFile, await server.ca())
  return { ...process.env, NODE_EXTRA_CA_CERTS: caFile, REQUESTS_CA_BUNDLE: caFile, CURL_CA_BUNDLE: caFile, PHP_CA: caFile }
}

describe('the programs of the gateway’s guide, in https, with the expiry in the middle', () => {
  test.for<{
    language: string
    file: string
    ending: string
    command: (path: string, env: NodeJS.ProcessEnv) => string[]
    lacks: () => string | undefined
  }>([
    {
      language: 'Python',
      file: 'gateway.py',
      ending: 'py',
      command: (path) => ['python3', path],
      lacks: () => missing('python requests', 'python3', '-c', 'import requests'),
    },
    { language: 'JavaScript', file: 'gateway.js.txt', ending: 'cjs', command: (path) => [process.execPath, path], lacks: () => undefined },
    {
      language: 'PHP',
      file: 'gateway.php',
      ending: 'php',
      command: (path, env) => ['php', '-d', `curl.cainfo=${env.PHP_CA}`, path],
      lacks: () => missing('php', 'php', '-r', 'exit(function_exists("curl_init") ? 0 : 1);'),
    },
  ])('$language gets a token, and another one when that has expired', async ({ file, ending, command, lacks }, { skip }) => {
    const reason = lacks()
    if (reason !== undefined) skip(reason)
    const server = await start()
    const source = (await printed(file))
      .replaceAll('MY_CLIENT_ID', 'gateway-client')
      .replaceAll('MY_CLIENT_SECRET', 'gateway-secret')
      .replaceAll('MY_AUTHENTICATION_URL', `${server.https}/gateway/oauth2/token`)
      .replaceAll('https://my-api-endpoint', `${server.https}/gateway/reso/odata/Property`)
      .replaceAll('MY_API_KEY', 'gateway-key')
      .replaceAll('MY_REFERER', 'https://app.example/')
      .replaceAll('MY_ORIGIN', 'https://app.example')
    const path = join(folder, `gateway.${ending}`)
    await writeFile(path, source)
    const env = { ...(await trusting(server)), NODE_PATH: join(import.meta.dirname, '../../node_modules') }
    const [program = '', ...args] = command(path, env)
    const child = spawn(program, args, { env })
    onTestFinished(() => void child.kill())
    const lines = linesOf(child)
    const token = await lines.next()
    expect(claimsOf(token)).toMatchObject({ client_id: 'gateway-client', token_use: 'access' })
    server.clock.advance(3601)
    child.stdin.write('\n')
    expect(await lines.next()).toBe('200 10')
    const journal = server.sandbox('gateway').journal.list()
    expect(journal.map(({ endpoint, status }) => [endpoint, status])).toEqual([
      ['token', 200],
      ['api', 401],
      ['token', 200],
      ['api', 200],
    ])
  })
})

/** What a program prints, line by line; what it complains of when it ends before. */
function linesOf(child: ChildProcessWithoutNullStreams) {
  let text = ''
  let complaints = ''
  let ended = false
  let wake = () => {}
  child.stdout.on('data', (chunk) => {
    text += chunk
    wake()
  })
  child.stderr.on('data', (chunk) => {
    complaints += chunk
  })
  child.on('close', () => {
    ended = true
    wake()
  })
  return {
    async next(): Promise<string> {
      while (!text.includes('\n')) {
        if (ended) throw new Error(`the program ended: ${complaints}`)
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      const end = text.indexOf('\n')
      const line = text.slice(0, end)
      text = text.slice(end + 1)
      return line
    },
  }
}

describe('the Postman script of the Wildix page, in Newman', () => {
  test('receives a token for the service over https', async () => {
    const server = await start()
    const authService = `${new URL(server.https).host}/wildix`
    const script = (await printed('wildix-pre-request.js.txt'))
      .replace('https://<domain>.wildixin.com', `https://${authService}`)
      .replace('auth.wildix.com', authService)
    const { NODE_EXTRA_CA_CERTS: caFile = '' } = await trusting(server)
    const run = await runCollection({
      collection: {
        info: { name: 'Wildix', schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json' },
        item: [
          {
            name: 'service',
            event: [{ listen: 'prerequest', script: { type: 'text/javascript', exec: script.split('\n') } }],
            request: {
              method: 'POST',
              header: [{ key: 'Content-Type', value: 'application/json' }],
              url: 'https://{{authService}}/api/v2/OpenId/service/',
              auth: { type: 'bearer', bearer: [{ key: 'token', value: '{{authAccessUserToken}}', type: 'string' }] },
              body: { mode: 'raw', raw: '{ "aud": "https://api.x-bees.com", "scope": "xbees" }' },
            },
          },
        ],
      },
      environment: { id: 'e', name: 'e', values: [] },
      caFile,
    })
    expect(run.failures).toEqual([])
    const answer = run.answers.at(-1) ?? { status: 0, body: {} }
    expect(answer).toMatchObject({ status: 200, body: { type: 'result' } })
    const { result } = answer.body as { result?: { token: string } }
    expect(claimsOf(result?.token)).toMatchObject({ aud: 'https://api.x-bees.com', scope: 'xbees', extension: 'extension' })
    expect(
      server
        .sandbox('wildix')
        .journal.list()
        .map(({ status }) => status),
    ).toEqual([200, 200, 200])
  })
})

describe('the calls of the Social ID Now page, in curl', () => {
  const lacksCurl = missing('curl', 'curl', '--version')

  async function commands(server: TestServer): Promise<string[]> {
    const page = (await printed('socialid-curl.txt')).replaceAll('https://api.socialidnow.com', `${server.https}/socialid`)
    return page.split(/\n\n+/)
  }

  test.for([0, 1])('number %i answers the four members, with quotes that the page lacks', async (index, { skip }) => {
    if (lacksCurl !== undefined) skip(lacksCurl)
    const server = await start()
    // Mended: without quotes a shell takes each & as the end of a command.
    const command = (await commands(server))[index]?.replace(/-d (\S+)/, "-d '$1'") ?? ''
    const { stdout } = await promisify(execFile)('sh', ['-c', command], { env: await trusting(server) })
    const [head = '', body = ''] = stdout.split('\r\n\r\n')
    expect(head).toMatch(/^HTTP\/1\.1 200 /)
    expect(head).toMatch(/^status: 200$/im)
    expect(Object.keys(JSON.parse(body))).toEqual(['access_token', 'expires_in', 'token_type', 'refresh_token'])
  })

  test('as printed the first one sends no credentials and learns it: 401 invalid_client', async ({ skip }) => {
    if (lacksCurl !== undefined) skip(lacksCurl)
    const server = await start()
    const [command = ''] = await commands(server)
    const { stdout } = await promisify(execFile)('sh', ['-c', `${command}\nwait`], { env: await trusting(server) })
    expect(stdout).toMatch(/^HTTP\/1\.1 401 /)
    expect(stdout).toContain('"error":"invalid_client"')
  })
})

describe('the collections for Postman', () => {
  test.each(['wildix', 'socialid', 'deyel', 'gateway'])('that of %s runs in its order without a failure', async (name) => {
    const server = await start()
    const folder = `${server.url}/_grantbox/sandboxes/${name}/postman`
    const read = async (file: string) => (await (await fetch(`${folder}/${file}`)).json()) as object
    const { NODE_EXTRA_CA_CERTS: caFile = '' } = await trusting(server)
    const run = await runCollection({ collection: await read('collection.json'), environment: await read('environment.json'), caFile })
    expect(run.failures).toEqual([])
    // Nobody decides on what the polls ask for, and no issuer signs an assertion.
    const answered = run.answers.filter(({ name }) => !/^(Poll|Send An Assertion)/.test(name))
    expect(answered.map(({ status }) => status)).toEqual(answered.map(() => 200))
    expect(run.answers.length).toBeGreaterThan(1)
  })
})

describe('the call of the Deyel page, as it is set up in Postman', () => {
  test('Basic credentials and a form of one parameter answer the token', async () => {
    const server = await start()
    const { NODE_EXTRA_CA_CERTS: caFile = '' } = await trusting(server)
    const run = await runCollection({
      collection: {
        info: { name: 'Deyel', schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json' },
        item: [
          {
            name: 'token',
            request: {
              method: 'POST',
              url: `${server.https}/deyel/oauth/token`,
              auth: {
                type: 'basic',
                basic: [
                  { key: 'username', value: 'deyel-rest', type: 'string' },
                  { key: 'password', value: 'deyel-secret', type: 'string' },
                ],
              },
              body: { mode: 'urlencoded', urlencoded: [{ key: 'grant_type', value: 'client_credentials', type: 'text' }] },
            },
          },
        ],
      },
      environment: { id: 'e', name: 'e', values: [] },
      caFile,
    })
    expect(run.failures).toEqual([])
    expect(run.answers[0]).toMatchObject({ status: 200, body: { token_type: 'Bearer', expires_in: 86_400 } })
  })
})
