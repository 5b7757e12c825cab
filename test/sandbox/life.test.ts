import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readDeclarations } from '../../src/config/declarations.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { allProviders } from '../../src/providers/registry.ts'
import { standard } from '../../src/providers/standard/standard.ts'
import { start } from '../support/server.ts'
import { tokensOf, userinfoStatus } from '../support/standard-client.ts'

const loaded = await allProviders()
const file = (content: Record<string, unknown>) => readDeclarations(content, 'test', loaded).declared
const alice = { username: 'alice', password: 'x' }

/** A vendor whose sandboxes cannot be filled while it is broken. */
function fragile(): { provider: Provider; broken: boolean } {
  const vendor = {
    broken: false,
    provider: {
      ...standard,
      id: 'fragile',
      seed() {
        if (vendor.broken) throw new Error('it broke')
      },
    },
  }
  return vendor
}

test('a first start that fails leaves nothing on disk, and the next one fills its sandboxes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'grantbox-life-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const db = join(folder, 'grantbox.db')
  const declared = (users: object[]) => file({ providers: { acme: { apps: [{ name: 'A' }], users } } })
  await expect(start({ db, declared: declared([alice, alice]) })).rejects.toThrow(
    'providers.acme: expected one that is free, got the username "alice"',
  )
  const { sandbox } = await start({ db, declared: declared([alice]) })
  const { directory } = sandbox('acme')
  expect([directory.listApps().length, directory.findUser('alice')?.username]).toEqual([1, 'alice'])
})

test('a sandbox that cannot be filled is not made, and leaves its name and hosts free', async () => {
  const vendor = fragile()
  const { server } = await start({ declared: { providers: [vendor.provider], sandboxes: [] } })
  const draft = { name: 'half', provider: vendor.provider, hosts: ['half.example'] }
  vendor.broken = true
  expect(() => server.sandboxes.create(draft)).toThrow('it broke')
  expect([server.sandboxes.find('half'), server.sandboxes.findByHost('half.example')]).toEqual([undefined, undefined])
  vendor.broken = false
  expect(server.sandboxes.create(draft).directory.findUser('alice')?.username).toBe('alice')
})

test('a reset that fails changes nothing, in memory neither', async () => {
  const vendor = fragile()
  const { server, sandbox, url } = await start({ declared: { providers: [vendor.provider], sandboxes: [] } })
  const one = sandbox('fragile')
  server.sandboxes.update(one, { company: 'Changed', settings: { code_ttl: 5 } })
  server.sandboxes.advanceClock(one, 90_000)
  one.faults.add({ endpoint: 'token', status: 503, after: 0, times: 0 })
  await fetch(`${url}/fragile/token`, { method: 'POST' })
  vendor.broken = true
  expect(() => server.sandboxes.reset(one)).toThrow('it broke')
  const after = sandbox('fragile')
  expect([after.company, after.settings.code_ttl, after.clock.state.offset, after.faults.size, after.journal.list().length]).toEqual([
    'Changed',
    5,
    90_000,
    1,
    1,
  ])
  expect(after.directory.findUser('alice')?.username).toBe('alice')
  vendor.broken = false
  expect(server.sandboxes.reset(one)).toMatchObject({ company: standard.world.company, settings: { code_ttl: 60 } })
})

test('a restored token is found again after a reset that failed, under the key that it carries', async () => {
  const vendor = fragile()
  const { server, sandbox, url } = await start({ declared: { providers: [vendor.provider], sandboxes: [] } })
  const copy = server.sandboxes.create({ name: 'copy', provider: vendor.provider, settings: { access_token_format: 'opaque' } })
  const { access_token = '' } = await tokensOf(`${url}/copy`, { scope: 'openid' })
  const active = () => userinfoStatus(`${url}/fragile`, access_token)
  server.sandboxes.restore(sandbox('fragile'), server.sandboxes.snapshot(copy))
  expect(await active()).toBe(200)
  vendor.broken = true
  expect(() => server.sandboxes.reset(sandbox('fragile'))).toThrow('it broke')
  expect(await active()).toBe(200)
})

test('declarations that cannot be had change neither providers nor sandboxes', async () => {
  const { server, sandbox } = await start({
    declared: file({
      providers: { acme: { title: 'Acme' } },
      sandboxes: { one: { provider: 'acme', company: 'First', hosts: ['one.example'] } },
    }),
  })
  const before = [server.sandboxes.providers.get('acme'), sandbox('one'), sandbox('acme')]
  const later = file({
    providers: { acme: { title: 'Other', grant_types: ['client_credentials'] }, fresh: {} },
    sandboxes: {
      one: { provider: 'acme', company: 'Second', hosts: ['two.example'], users: [{ username: 'zoe' }] },
      added: { provider: 'standard' },
      iokids: { provider: 'standard' },
    },
  })
  await expect(server.declare(later)).rejects.toThrow(
    "sandboxes.iokids.provider: Sandbox 'iokids' is there and speaks as iokids, but the config file says standard.",
  )
  expect([server.sandboxes.providers.get('acme'), sandbox('one'), sandbox('acme')]).toEqual(before)
  expect(sandbox('one').directory.findUser('zoe')).toBeUndefined()
  expect(['added', 'fresh'].map((name) => server.sandboxes.find(name))).toEqual([undefined, undefined])
  expect(['one.example', 'two.example'].map((host) => server.sandboxes.findByHost(host)?.name)).toEqual(['one', undefined])
})

test('a host is moved from one declared sandbox to another, and is never that of two', async () => {
  const declared = (a: string[], b: string[]) =>
    file({ sandboxes: { a: { provider: 'standard', hosts: a }, b: { provider: 'standard', hosts: b } } })
  const { server } = await start({ declared: declared(['x.example'], []) })
  const owner = () => server.sandboxes.findByHost('x.example')?.name
  await server.declare(declared([], ['X.example']))
  expect(owner()).toBe('b')
  await server.declare(declared(['x.example'], []))
  expect(owner()).toBe('a')
  server.sandboxes.create({ name: 'mine', provider: standard, hosts: ['mine.example'] })
  await expect(server.declare(declared(['x.example'], ['y.example', 'mine.example']))).rejects.toThrow(
    'sandboxes.b.hosts[1]: expected a host that no other sandbox has, got "mine.example", which is that of sandbox mine',
  )
})

test('a declared user whose id is somebody else’s is told with the place, at a reload too', async () => {
  const declared = (user_id: string) =>
    file({ sandboxes: { one: { provider: 'standard', users: [{ username: 'zoe' }, { username: 'ann', user_id }] } } })
  const { server, sandbox } = await start({ declared: declared('7') })
  const { user_id } = sandbox('one').directory.findUser('alice') ?? {}
  await expect(server.declare(declared(String(user_id)))).rejects.toThrow(
    `sandboxes.one.users[1].user_id: expected one that is free, got the id "${user_id}"`,
  )
  await expect(start({ declared: declared(String(user_id)) })).rejects.toThrow(expect.objectContaining({ name: 'StartError' }))
})

test('what a provider says of users and their apps reaches its open sandboxes when it changes', async () => {
  const declared = (base: string) =>
    file({
      providers: {
        acme: { extends: base, apps: [{ name: 'A' }, { name: 'B', clients: [{ client_id: 'b' }] }], users: [{ ...alice, apps: ['A'] }] },
      },
    })
  const { server, sandbox } = await start({ declared: declared('iokids') })
  const mayUse = () => {
    const { store } = sandbox('acme')
    const [user, client] = [store.findUser('alice'), store.findClient('b')]
    if (user === undefined || client === undefined) throw new Error('nobody there')
    return store.userHasApp(user, client)
  }
  expect(mayUse()).toBe(false)
  await server.declare(declared('standard'))
  expect(mayUse()).toBe(true)
  await server.declare(declared('iokids'))
  expect(mayUse()).toBe(false)
})

test('the provider whose sandbox answers at the root stays', async () => {
  const { server, sandbox } = await start({ defaultProvider: 'acme', declared: file({ providers: { acme: {} } }) })
  await expect(server.declare(file({}))).rejects.toThrow(
    'providers.acme: expected a provider, whose sandbox answers at the root, got nothing',
  )
  expect(sandbox().name).toBe('acme')
})
