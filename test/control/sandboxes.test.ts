import { describe, expect, test } from 'vitest'
import { systemClock } from '../../src/basics/clock.ts'
import { Sandboxes } from '../../src/sandbox/sandboxes.ts'
import { sandboxTable } from '../../src/store/sandbox-table.ts'

import { at, iokids, providers, start } from '../support/control-api.ts'

describe('a sandbox', () => {
  test('is listed with its addresses as the caller reaches it, the default one without its name', async () => {
    const { call } = await start()
    const { body } = await call('GET', '/sandboxes')
    expect(body.items).toEqual([
      {
        made: true,
        name: 'iokids',
        provider: 'iokids',
        company: 'Find Fluffy, LLC',
        base_url: 'http://localhost:9400',
        issuer: 'http://localhost:9400',
        authorization_endpoint: 'http://localhost:9400/oauth/signin',
        token_endpoint: 'http://localhost:9400/oauth/token',
        default: true,
        hosts: [],
        port: null,
        settings: expect.objectContaining({ access_token_ttl: 300, rotation: 'lenient', code_ttl: 60, show_secrets: false }),
        notes: [],
        created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      },
      expect.objectContaining({ name: 'plain', base_url: 'http://localhost:9400/plain', default: false }),
    ])
  })

  test('is created with all that was said of it', async () => {
    const { call, sandboxes } = await start()
    const { status, body } = await call('POST', '/sandboxes', {
      name: 't42',
      provider: 'iokids',
      company: 'Ours',
      hosts: ['T42.localhost'],
      settings: { access_token_ttl: '5s', permission_status: 403, public_url: 'https://box.test/t42/' },
      seed: false,
    })
    expect([status, body]).toEqual([
      201,
      expect.objectContaining({
        name: 't42',
        company: 'Ours',
        base_url: 'https://box.test/t42',
        issuer: 'http://localhost:9400/t42',
        default: false,
        hosts: ['t42.localhost'],
        settings: expect.objectContaining({ access_token_ttl: 5, permission_status: 403 }),
      }),
    ])
    expect(sandboxes.find('t42')?.directory.countUsers()).toBe(0)
    expect(sandboxes.findByHost('t42.localhost')?.name).toBe('t42')
  })

  test('gets a name when none is said, and the preloaded world', async () => {
    const { call } = await start()
    const { body } = await call('POST', '/sandboxes', { provider: 'iokids' })
    expect(body.name).toMatch(/^iokids-[a-z0-9]{8}$/)
    expect(at((await call('GET', `/sandboxes/${body.name}/apps`)).body, 'items', 0, 'name')).toBe('FindFluffy')
  })

  test('is at the root of its own host', async () => {
    const { call } = await start()
    await call('POST', '/sandboxes', { name: 't42', provider: 'iokids', hosts: ['t42.localhost'] })
    const there = await call('GET', '/sandboxes/t42', undefined, { host: 't42.localhost:9400' })
    expect(there.body.base_url).toBe('http://t42.localhost:9400')
    expect((await call('GET', '/sandboxes/t42')).body.base_url).toBe('http://localhost:9400/t42')
  })

  test('has the addresses that the start fixes, unless its settings say others', async () => {
    const { call } = await start({ addresses: { publicUrl: 'https://box.test', issuer: 'https://iss.test' } })
    await call('POST', '/sandboxes', { name: 't42', provider: 'iokids' })
    expect((await call('GET', '/sandboxes/t42')).body).toMatchObject({ base_url: 'https://box.test/t42', issuer: 'https://iss.test/t42' })
    const { body } = await call('PATCH', '/sandboxes/t42', { settings: { issuer: 'https://mine.test', public_url: 'https://pub.test' } })
    expect(body).toMatchObject({ base_url: 'https://pub.test', issuer: 'https://mine.test' })
  })

  test('merges changed settings, and null takes one back', async () => {
    const { call, db, sandboxes } = await start()
    await call('PATCH', iokids, { settings: { rotation: 'strict', access_token_ttl: 10 } })
    const { body } = await call('PATCH', iokids, { company: 'Renamed', hosts: ['a.test'], settings: { rotation: null, code_ttl: '2m' } })
    expect(body).toMatchObject({
      company: 'Renamed',
      hosts: ['a.test'],
      settings: { rotation: 'lenient', access_token_ttl: 10, code_ttl: 120 },
    })
    expect(sandboxes.default?.settings).toMatchObject({ rotation: 'lenient', access_token_ttl: 10 })
    const reopened = new Sandboxes(sandboxTable(db), providers, systemClock, 'iokids')
    reopened.declare()
    expect(reopened.default).toMatchObject({ company: 'Renamed', hosts: ['a.test'], settings: { access_token_ttl: 10, code_ttl: 120 } })
  })

  test('frees a host that it no longer lists', async () => {
    const { call, sandboxes } = await start()
    await call('PATCH', iokids, { hosts: ['a.test'] })
    await call('PATCH', iokids, { hosts: ['b.test'] })
    expect([sandboxes.findByHost('a.test'), sandboxes.findByHost('b.test')?.name]).toEqual([undefined, 'iokids'])
  })

  test('gets a new signing secret in place of one that is taken back, never none', async () => {
    const { call } = await start()
    const before = at((await call('GET', iokids)).body, 'settings', 'signing_secret')
    const after = at((await call('PATCH', iokids, { settings: { signing_secret: null } })).body, 'settings', 'signing_secret')
    expect(after).toMatch(/^[\w-]{43}$/)
    expect(after).not.toBe(before)
  })

  test('is deleted with its name and hosts, but not the default one', async () => {
    const { call, sandboxes } = await start()
    await call('POST', '/sandboxes', { name: 't42', provider: 'iokids', hosts: ['t42.localhost'] })
    expect((await call('DELETE', '/sandboxes/t42')).status).toBe(204)
    expect([sandboxes.find('t42'), sandboxes.findByHost('t42.localhost')]).toEqual([undefined, undefined])
    expect((await call('POST', '/sandboxes', { name: 't42', provider: 'iokids', hosts: ['t42.localhost'] })).status).toBe(201)
    expect((await call('DELETE', iokids)).status).toBe(409)
  })
})
