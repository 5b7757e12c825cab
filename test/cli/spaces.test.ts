import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeJwt } from 'jose'
import { expect, onTestFinished, test } from 'vitest'
import type { PostmanCollection } from '../../src/control/exports/postman.ts'
import { connectGrantbox } from '../../src/index.ts'
import { runCommand } from '../support/command-line.ts'
import { guideExample, startDeclared } from '../support/declared.ts'
import { runCollection } from '../support/newman.ts'
import { callback } from '../support/standard-sign-in.ts'

/** The command line and the exports, for one of the realms of a sandbox. */

const declaration = guideExample('own-spaces')
const more = { device_authorization: '/realms/{realm}/device-codes', backchannel_authentication: '/realms/{realm}/ciba' }

async function open() {
  const cwd = await mkdtemp(join(tmpdir(), 'grantbox-cli-spaces-'))
  onTestFinished(() => rm(cwd, { recursive: true }))
  const server = await startDeclared({ ...declaration, paths: { ...(declaration.paths as object), ...more } })
  const sandbox = (await connectGrantbox(server.url)).sandbox('acme')
  await sandbox.spaces.create({ id: 'pärtners' })
  const partners = sandbox.space('pärtners')
  await partners.apps.create({ name: 'Web', client_id: 'web', client_secret: 'secret', redirect_uris: [callback] })
  // As the vendor's own requests have her.
  await partners.users.create({ username: 'alice', password: 'there' })
  const grantbox = (...argv: string[]) => runCommand(argv, { cwd, env: { GRANTBOX_URL: server.url } })
  return { server, sandbox, partners, cwd, grantbox }
}

test('grantbox token and grantbox users are about the space that --space names', async () => {
  const { server, sandbox, partners, grantbox } = await open()
  const { code, stdout } = await grantbox('token', '--space', 'pärtners', '--username', 'alice')
  expect([code, decodeJwt(stdout.trim())]).toEqual([
    0,
    expect.objectContaining({ iss: `${server.url}/realms/p%C3%A4rtners`, client_id: 'web' }),
  ])
  expect(decodeJwt((await grantbox('token')).stdout.trim()).iss).toBe(`${server.url}/realms/main`)
  const before = await sandbox.users.list()
  expect((await grantbox('users', 'generate', '--count', '2', '--space=pärtners')).code).toBe(0)
  expect(await partners.users.list()).toHaveLength(3)
  expect(await sandbox.users.list()).toEqual(before)
  expect((await grantbox('token', '--space', 'partners')).stderr).toContain('expected main or pärtners')
  expect((await grantbox('token', '--sandbox', 'standard', '--space', 'main')).stderr).toContain('expected nothing, for there is none')
  expect((await grantbox('reset', '--space', 'pärtners')).stderr).toContain('flag --space: unknown flag')
})

test('grantbox postman writes the documents of a space, and Newman runs them green', async () => {
  const { partners, cwd, grantbox } = await open()
  const { stdout } = await grantbox('postman', '--space', 'pärtners')
  const [collection, environment] = await Promise.all(
    ['collection', 'environment'].map(async (kind) => {
      const file = join(cwd, `acme-p%C3%A4rtners.postman_${kind}.json`)
      expect(stdout).toContain(file)
      return JSON.parse(await readFile(file, 'utf8'))
    }),
  )
  await partners.users.update('alice', { password: 'password' })
  expect(collection.info.name).toBe('acme (pärtners)')
  expect(JSON.stringify(collection)).not.toContain('/realms/main')
  expect(JSON.stringify(collection)).not.toContain('{realm}')
  const requests = (collection as PostmanCollection).item.flatMap(({ item }) => item)
  const { failures, answers } = await runCollection({ collection, environment, iterationCount: 1 })
  expect(failures).toEqual([])
  expect(answers.length).toBeGreaterThanOrEqual(requests.length)
})

test('the documents of the first space are those of the sandbox, and the .http file of each has its paths', async () => {
  const { server } = await open()
  const file = async (path: string) => (await fetch(`${server.url}/_grantbox/sandboxes/acme/${path}`)).text()
  for (const path of ['postman/collection.json', 'postman/environment.json', 'http/requests.http'])
    expect(await file(`${path}?space=main`)).toBe(await file(path))
  const [first, other] = [await file('http/requests.http'), await file('http/requests.http?space=p%C3%A4rtners')]
  expect(first).toContain('}}/realms/main/token')
  expect(other).toContain('}}/realms/p%C3%A4rtners/token')
  expect(other).toContain('@clientId = web')
  expect(other).not.toContain('/realms/main')
  expect(await file('postman/collection.json?space=nobody')).toContain('expected main or')
  const dashboard = await fetch(`${server.url}/dashboard/acme~p%C3%A4rtners/exports/requests.http`)
  expect(await dashboard.text()).toBe(other)
  expect(dashboard.headers.get('content-disposition')).toBe('attachment; filename="acme-p%C3%A4rtners-requests.http"')
})

test('what the start says of a sandbox is that of its first space, and has the others beside it', async () => {
  const { server } = await open()
  const { sandboxes } = server.server.describe(server.url)
  const told = sandboxes.find(({ name }) => name === 'acme')
  const endpoint = (space: string) => `${server.url}/realms/${space}/token`
  expect(told).toMatchObject({
    space: 'main',
    token_endpoint: endpoint('main'),
    spaces: [
      {
        space: 'pärtners',
        token_endpoint: endpoint('p%C3%A4rtners'),
        openid_configuration: `${server.url}/realms/p%C3%A4rtners/.well-known/openid-configuration`,
        clients: [{ client_id: 'web', client_secret: 'secret', app: 'Web' }],
        users: [{ username: 'alice', password: 'there' }],
      },
    ],
  })
  const standard = sandboxes.find(({ name }) => name === 'standard')
  expect([standard !== undefined && 'space' in standard, standard !== undefined && 'spaces' in standard]).toEqual([false, false])
})
