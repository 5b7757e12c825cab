import { describe, expect, test } from 'vitest'

import { at, iokids, type Json, start } from '../support/control-api.ts'

describe('Postman', () => {
  test('imports the collection', async () => {
    const { call } = await start()
    const { body } = await call('GET', `${iokids}/postman/collection.json`)
    expect(body.info).toMatchObject({ name: 'iOKids-APIs', schema: expect.stringContaining('v2.1.0') })
  })

  test('imports an environment that points here, with the credentials of a client', async () => {
    const { call } = await start()
    const created = (await call('POST', `${iokids}/apps`, { name: 'Second' })).body
    await call('POST', '/sandboxes', { name: 't42', provider: 'iokids' })
    const values = async (path: string) => {
      const { body } = await call('GET', path)
      return Object.fromEntries((body.values as { key: string; value: string }[]).map(({ key, value }) => [key, value]))
    }
    expect(await values('/sandboxes/t42/postman/environment.json')).toMatchObject({
      apiServer: 'localhost:9400/t42',
      clientId: 'iok-cid-findfluffy',
      clientSecret: 'iok-cse-findfluffy',
    })
    const { client_id, client_secret } = at(created, 'clients', 0) as Json
    expect(await values(`${iokids}/postman/environment.json?client_id=${client_id}`)).toMatchObject({
      apiServer: 'localhost:9400',
      clientId: client_id,
      clientSecret: client_secret,
    })
  })
})
