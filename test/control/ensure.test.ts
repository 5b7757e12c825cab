import { describe, expect, test } from 'vitest'
import { startGrantbox } from '../../src/index.ts'
import { start } from '../support/control-api.ts'

const body = { provider: 'iokids', company: 'Ours', hosts: ['T42.localhost'], settings: { access_token_ttl: '5s' }, seed: false }

describe('PUT of a sandbox', () => {
  test('makes it the first time, and is answered with it as it is from then on', async () => {
    const { call, sandboxes } = await start()
    const made = await call('PUT', '/sandboxes/t42', body)
    expect([made.status, made.body.name, made.body.company, made.body.hosts]).toEqual([201, 't42', 'Ours', ['t42.localhost']])
    const again = await call('PUT', '/sandboxes/t42', body)
    expect([again.status, again.body]).toEqual([200, made.body])
    // The same in other words.
    const reworded = { ...body, name: 't42', hosts: ['t42.LOCALHOST'], settings: { access_token_ttl: 5, rotation: null } }
    expect((await call('PUT', '/sandboxes/t42', reworded)).status).toBe(200)
    expect(sandboxes.list().filter(({ name }) => name === 't42')).toHaveLength(1)
  })

  test.each([
    ['provider', { provider: 'plain' }, '"iokids"'],
    ['company', { company: 'Theirs' }, '"Ours"'],
    ['company', { company: undefined }, '"Ours"'],
    ['hosts', { hosts: [] }, '["t42.localhost"]'],
    ['seed', { seed: true }, 'false'],
    ['settings.access_token_ttl', { settings: { access_token_ttl: '6s' } }, '5'],
    ['settings.access_token_ttl', { settings: {} }, '5'],
    ['settings.rotation', { settings: { access_token_ttl: 5, rotation: 'off' } }, 'nothing'],
    ['settings.signing_secret', { settings: { access_token_ttl: 5, signing_secret: 'x'.repeat(40) } }, expect.any(String)],
  ])('names the first member that differs: %s %j', async (field, other, expected) => {
    const { call } = await start()
    await call('PUT', '/sandboxes/t42', body)
    const { status, body: problem } = await call('PUT', '/sandboxes/t42', { ...body, ...other })
    expect([status, problem.errors]).toEqual([409, [expect.objectContaining({ field, expected })]])
    expect(problem.detail).toContain(`Sandbox 't42' is there and was created with ${field}`)
  })

  test('compares with what it was created with, whatever has changed since', async () => {
    const { call } = await start()
    await call('POST', '/sandboxes', { ...body, name: 't42' })
    await call('PATCH', '/sandboxes/t42', { company: 'Theirs', hosts: [], settings: { access_token_ttl: '9s' } })
    const { status, body: now } = await call('PUT', '/sandboxes/t42', body)
    expect([status, now]).toEqual([
      200,
      expect.objectContaining({ company: 'Theirs', hosts: [], settings: expect.objectContaining({ access_token_ttl: 9 }) }),
    ])
    await call('POST', '/sandboxes/t42/reset')
    expect((await call('PUT', '/sandboxes/t42', body)).status).toBe(200)
  })

  test('finds those that are there from the start', async () => {
    const { call } = await start()
    expect((await call('PUT', '/sandboxes/iokids', { provider: 'iokids' })).status).toBe(200)
    expect((await call('PUT', '/sandboxes/iokids', { provider: 'iokids', seed: false })).status).toBe(409)
  })

  test.each([
    ['another name', 't42', { ...body, name: 't43' }, 'name'],
    ['a name that begins a path', 'dashboard', body, 'name'],
    ['an unknown provider', 't42', { provider: 'iokid' }, 'provider'],
    ['an unknown member', 't42', { ...body, setings: {} }, 'setings'],
    ['a wrong setting', 't42', { ...body, settings: { rotation: 'x' } }, 'settings.rotation'],
  ])('refuses %s', async (_what, name, wrong, field) => {
    const { call } = await start()
    const { status, body: problem } = await call('PUT', `/sandboxes/${name}`, wrong)
    expect([status, problem.errors]).toEqual([400, [expect.objectContaining({ field })]])
    expect((await call('GET', '/sandboxes/t42')).status).toBe(404)
  })

  test('refuses a host of another sandbox', async () => {
    const { call } = await start()
    await call('PUT', '/sandboxes/t42', body)
    expect((await call('PUT', '/sandboxes/t43', body)).status).toBe(409)
  })
})

test('the library gives several who begin at once the same sandbox', async () => {
  await using box = await startGrantbox({ provider: 'standard' })
  const all = await Promise.all(Array.from({ length: 5 }, () => box.ensureSandbox({ name: 'shared', company: 'Ours' })))
  expect(new Set(all.map(({ url }) => url))).toEqual(new Set([`${box.url}/shared`]))
  const user = await all[0]?.users.create({ username: 'eve' })
  expect(await all[4]?.users.get('eve')).toEqual(user)
  await expect(box.ensureSandbox({ name: 'shared', company: 'Theirs' })).rejects.toMatchObject({
    status: 409,
    errors: [{ field: 'company', expected: '"Ours"', came: 'Theirs' }],
  })
})
