import { chmod, copyFile, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { cleanEnvironment, runProgram, startProgram } from '../support/child.ts'
import { composeProblems } from '../support/compose.ts'
import { buildImage, type Image, readDockerfile } from '../support/dockerfile.ts'

const root = join(import.meta.dirname, '../..')
const isRoot = process.getuid?.() === 0
/** Nobody, or whoever runs the tests when he cannot become another. */
const user = isRoot ? 65_534 : (process.getuid?.() ?? 0)

describe('the Dockerfile', () => {
  test('builds in one stage and runs in another, from a slim base, as another user than root, with a health check', async () => {
    const instructions = await readDockerfile(join(root, 'Dockerfile'))
    const bases = instructions.filter(({ word }) => word === 'FROM').map(({ rest }) => rest)
    expect(bases).toEqual(['node:24-slim AS build', 'node:24-slim'])
    const last = instructions.filter(({ stage }) => stage === 1)
    const words = last.map(({ word }) => word)
    expect(words.indexOf('USER')).toBeGreaterThan(words.lastIndexOf('RUN'))
    expect(last.find(({ word }) => word === 'USER')?.rest).toBe('node')
    expect(last.find(({ word }) => word === 'HEALTHCHECK')?.rest).toMatch(/CMD \["node", "dist\/cli\/main\.js", "health"\]$/)
    for (const word of ['ENTRYPOINT', 'CMD']) expect(JSON.parse(last.find((one) => one.word === word)?.rest ?? '')).toBeInstanceOf(Array)
    // The order in which layers change least: what is installed does not depend on the source.
    const order = instructions.filter(({ stage }) => stage === 0).map(({ word, rest }) => `${word} ${rest}`)
    expect(order.indexOf('RUN npm ci')).toBeLessThan(order.indexOf('COPY src ./src'))
    expect(instructions.map(({ word }) => word)).not.toContain('ADD')
  })
})

describe('each step of the Dockerfile, in order, in a clean folder', () => {
  const runs = process.platform === 'linux'
  let folder: string
  let image: Image
  let node: string

  beforeEach(({ skip }) => {
    if (!runs) skip('the steps are those of Linux')
  })

  beforeAll(async () => {
    if (!runs) return
    folder = await mkdtemp(join(tmpdir(), 'grantbox-image-'))
    await chmod(folder, 0o755)
    // Whoever stands for the image's user may not be let into the folder in which this Node.js lies.
    node = join(folder, 'node')
    await copyFile(process.execPath, node)
    await chmod(node, 0o755)
    const env = cleanEnvironment()
    image = await buildImage(root, folder, { ...env, PATH: `${folder}:${env.PATH}` }, user)
  }, 600_000)

  afterAll(async () => {
    if (!runs) return
    await runProgram('chmod', ['-R', 'u+w', folder])
    await rm(folder, { recursive: true })
  }, 60_000)

  test('leaves what runs, and nothing that only builds or tests', async () => {
    const app = join(image.root, 'app')
    expect((await readdir(app)).sort()).toEqual(['LICENSE', 'dist', 'docs', 'migrations', 'node_modules', 'package.json', 'views'])
    expect(await readdir(join(app, 'docs'))).toEqual(['exam.md'])
    const installed = await readdir(join(app, 'node_modules'), { recursive: true })
    const packages = installed.flatMap((path) => /^((?:@[^/]+\/)?[^/@]+)\/package\.json$/.exec(path)?.[1] ?? [])
    const { dependencies } = JSON.parse(await readFile(join(app, 'package.json'), 'utf8'))
    expect(packages.sort()).toEqual([...Object.keys(dependencies), 'node-addon-api'].sort())
  })

  test('starts as another user on a tree that nobody may write to, is healthy, asks for its token, and stops at a signal', async () => {
    const app = join(image.root, 'app')
    await runProgram('chmod', ['-R', 'a-w,a+rX', app])
    const data = join(image.root, image.env.GRANTBOX_DATA ?? '')
    expect((await stat(data)).uid).toBe(user)
    const port = await freePort()
    const env = {
      ...image.env,
      PATH: `${folder}:${process.env.PATH}`,
      GRANTBOX_DATA: data,
      GRANTBOX_PORT: String(port),
      GRANTBOX_ADMIN_TOKEN: 'from-the-environment',
    }
    const command = ['ENTRYPOINT', 'CMD'].flatMap(
      (word) => JSON.parse(image.instructions.findLast((one) => one.word === word)?.rest ?? '[]') as string[],
    )
    // Without being root nobody can become somebody else: then the tree alone is what nobody may write to.
    const asUser = (argv: string[]): [string, string[]] =>
      isRoot ? ['setpriv', [`--reuid=${user}`, `--regid=${user}`, '--clear-groups', ...argv]] : [argv[0] ?? '', argv.slice(1)]
    const child = startProgram(...asUser([...command, '--json']), { cwd: app, env })
    const started = JSON.parse(await child.said(/^\{/))
    expect([started.url, started.admin_token]).toEqual([`http://localhost:${port}`, 'from-the-environment'])

    const health = JSON.parse(/CMD (\[.*\])$/.exec(image.instructions.find((one) => one.word === 'HEALTHCHECK')?.rest ?? '')?.[1] ?? '[]')
    expect(await runProgram(...asUser(health), { cwd: app, env })).toContain('is well')
    expect((await fetch(`${started.url}/_grantbox/sandboxes`)).status).toBe(401)
    const authorization = 'Bearer from-the-environment'
    expect((await fetch(`${started.url}/_grantbox/sandboxes`, { headers: { authorization } })).status).toBe(200)
    const form = { grant_type: 'password', client_id: 'iok-cid-findfluffy', client_secret: 'iok-cse-findfluffy' }
    const user1 = { username: 'beautifulmeercat246', password: 'Find Fluffy, LLC' }
    const token = await fetch(`${started.url}/oauth/token`, { method: 'POST', body: new URLSearchParams({ ...form, ...user1 }) })
    expect(token.status).toBe(200)
    const kept = await readdir(data)
    expect(kept).toEqual(expect.arrayContaining(['ca.pem', 'grantbox.db']))
    // The container that trusts the authority is another user's.
    expect((await stat(join(data, 'ca.pem'))).mode & 0o004).toBe(0o004)

    child.process.kill('SIGTERM')
    expect((await child.ended).code).toBe(0)
    if (isRoot) await expect(runProgram(...asUser(['sh', '-c', 'echo > package.json']), { cwd: app })).rejects.toThrow('denied')
  }, 60_000)
})

describe('docker-compose.yml', () => {
  test('is what the Compose specification’s JSON Schema says', async () => {
    const file = parse(await readFile(join(root, 'docker-compose.yml'), 'utf8'))
    expect(await composeProblems(file)).toEqual([])
    expect(await composeProblems({ ...file, services: { ...file.services, tests: { imagee: 'x' } } })).not.toEqual([])
  })

  test('starts grantbox as another user on a read-only root, healthy before the tests, under the vendors’ names', async () => {
    const { services, volumes } = parse(await readFile(join(root, 'docker-compose.yml'), 'utf8'))
    const { grantbox, tests } = services
    expect(grantbox).toMatchObject({ user: 'node', read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] })
    expect(grantbox.healthcheck.test).toEqual(['CMD', 'node', 'dist/cli/main.js', 'health'])
    expect(grantbox.networks.default.aliases).toEqual(expect.arrayContaining(['sandbox.iokids.net', 'auth.wildix.com']))
    expect(grantbox.environment.GRANTBOX_PORT).toBe('443')
    expect(grantbox.ports).toEqual(['127.0.0.1:9400:443'])
    expect(tests.depends_on.grantbox.condition).toBe('service_healthy')
    expect(tests.environment.GRANTBOX_ADMIN_TOKEN).toBe(grantbox.environment.GRANTBOX_ADMIN_TOKEN)
    const volume = grantbox.volumes[0].split(':')[0]
    expect(Object.keys(volumes)).toContain(volume)
    const [shared, at] = tests.volumes[0].split(':')
    expect([shared, tests.environment.NODE_EXTRA_CA_CERTS]).toEqual([volume, `${at}/ca.pem`])
  })
})

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0))
    })
  })
}
