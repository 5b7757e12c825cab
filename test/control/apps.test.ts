import { describe, expect, test } from 'vitest'

import { at, iokids, type Json, start } from '../support/control-api.ts'

describe('an app', () => {
  test('is created with the credentials of a client that may do all that the provider serves', async () => {
    const { call, sandbox } = await start()
    const { status, body } = await call('POST', `${iokids}/apps`, { name: 'Mine', redirect_uris: ['https://a.test/cb', 'myapp:/cb'] })
    expect([status, body]).toEqual([
      201,
      {
        id: expect.stringMatching(/^app_/),
        name: 'Mine',
        description: '',
        scopes: sandbox.provider.scopes.map((scope) => scope.name),
        redirect_uris: ['https://a.test/cb', 'myapp:/cb'],
        clients: [
          {
            client_id: expect.stringMatching(/^iok-cid-/),
            client_secret: expect.stringMatching(/^iok-cse-/),
            metadata: {},
            token_endpoint_auth_method: 'client_secret_post',
            grant_types: sandbox.provider.grant_types,
            hints: { off: {} },
            created_at: expect.any(String),
          },
        ],
        created_at: expect.any(String),
      },
    ])
    const stored = sandbox.store.findClient(String(at(body, 'clients', 0, 'client_id')))
    expect(stored?.client_secret).toBe(at(body, 'clients', 0, 'client_secret'))
  })

  test('has no secret when its client is public', async () => {
    const { call } = await start()
    const { body } = await call('POST', `${iokids}/apps`, {
      name: 'Public',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code'],
      scopes: ['profile'],
    })
    expect(body).toMatchObject({ scopes: ['profile'], clients: [{ client_secret: null, grant_types: ['authorization_code'] }] })
  })

  test('is found by its id and by its exact name', async () => {
    const { call } = await start()
    for (const name of ['app_findfluffy000000', 'FindFluffy']) {
      expect((await call('GET', `${iokids}/apps/${name}`)).body).toMatchObject({
        id: 'app_findfluffy000000',
        clients: [{ client_id: 'iok-cid-findfluffy', client_secret: 'iok-cse-findfluffy' }],
      })
    }
    expect((await call('GET', `${iokids}/apps/findfluffy`)).status).toBe(404)
  })

  test('changes only what is named', async () => {
    const { call, sandbox } = await start()
    const before = (await call('GET', `${iokids}/apps/FindFluffy`)).body
    const { body } = await call('PATCH', `${iokids}/apps/FindFluffy`, {
      name: 'Found',
      redirect_uris: ['https://b.test/', 'https://b.test/'],
    })
    expect(body).toEqual({ ...before, name: 'Found', redirect_uris: ['https://b.test/'] })
    expect(sandbox.directory.findApp('app_findfluffy000000')).toMatchObject({ name: 'Found', redirect_uris: ['https://b.test/'] })
    expect((await call('PATCH', `${iokids}/apps/Found`, { name: 'Found', description: 'x', scopes: [] })).body).toMatchObject({
      description: 'x',
      scopes: [],
    })
  })
})

describe('a vendor without kinds of users and scopes', () => {
  test('has users without a type, unless one is said', async () => {
    const { call } = await start()
    const type = async (path: string, body: Json) => {
      const made: Json | Json[] = JSON.parse((await call('POST', `/sandboxes/plain/users${path}`, body)).text)
      return [made].flat()[0]?.type
    }
    expect([await type('', {}), await type('', { type: 'staff' })]).toEqual([null, 'staff'])
    expect([await type('/generate', { count: 1 }), await type('/generate', { count: 1, type: 'kid' })]).toEqual([null, 'kid'])
  })

  test('takes any scope, and a client that authenticates by header (RFC 6749 §2.3.1)', async () => {
    const { call } = await start()
    const { body } = await call('POST', '/sandboxes/plain/apps', { name: 'A', scopes: ['anything'] })
    expect(body).toMatchObject({ scopes: ['anything'], clients: [{ token_endpoint_auth_method: 'client_secret_basic' }] })
  })

  test('has an environment for Postman even before it has a client', async () => {
    const { call } = await start()
    const { status, body } = await call('GET', '/sandboxes/plain/postman/environment.json')
    expect([status, at(body, 'values', 1)]).toEqual([200, expect.objectContaining({ key: 'clientId', value: '' })])
  })
})
