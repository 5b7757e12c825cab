import { describe, expect, test } from 'vitest'
import { control } from '../support/control-client.ts'
import { brandon, findFluffy, postToken } from '../support/iokids-client.ts'
import { start } from '../support/server.ts'

const faults = '/sandboxes/iokids/faults'
const withPassword = { grant_type: 'password', ...findFluffy, ...brandon }

describe('faults', () => {
  test('are added, strike, are listed with their hits, and are removed one by one or all at once', async () => {
    const server = await start()
    const draft = { endpoint: 'token', grant_type: 'password', times: 0, error: 'invalid_grant', error_description: 'No', delay: '20ms' }
    const { status, body } = await control(server, 'POST', faults, draft)
    expect([status, body]).toEqual([201, { ...draft, id: expect.any(String), after: 0, hits: 0 }])
    expect((await postToken(server.url, withPassword)).body).toMatchObject({ error: 'invalid_grant', error_description: 'No' })
    const { body: other } = await control(server, 'POST', faults, { endpoint: 'api', drop: true })
    expect((await control(server, 'GET', faults)).body.items).toEqual([{ ...body, hits: 1 }, other])
    expect((await control(server, 'DELETE', `${faults}/${body.id}`)).status).toBe(204)
    expect((await postToken(server.url, withPassword)).status).toBe(200)
    const missing = await control(server, 'DELETE', `${faults}/${body.id}`)
    expect([missing.status, missing.body.detail]).toEqual([
      404,
      `There is no fault '${body.id}', did you mean '${other.id}'? There is: ${other.id}`,
    ])
    expect((await control(server, 'DELETE', faults)).status).toBe(204)
    expect((await control(server, 'GET', faults)).body.items).toEqual([])
  })

  test.each([
    ['nothing to do', { endpoint: 'token' }, 'body'],
    ['an unknown endpoint', { endpoint: 'tokens', drop: true }, 'endpoint'],
    ['an unknown member', { endpoint: 'token', status: 500, bdoy: '' }, 'bdoy'],
    ['no duration', { endpoint: 'token', delay: 'a while' }, 'delay'],
    ['a delay without end', { endpoint: 'token', delay: '2h' }, 'delay'],
    ['a status that is none', { endpoint: 'token', status: 42 }, 'status'],
    ['a header with a line break', { endpoint: 'token', status: 500, headers: { a: 'b\nc' } }, 'headers.a'],
    ['a callback where there is none', { endpoint: 'token', callback: 'wrong_state' }, 'callback'],
    ['a grant type where there is none', { endpoint: 'jwks', grant_type: 'password', status: 500 }, 'grant_type'],
    ['a body without a status', { endpoint: 'token', body: {} }, 'body'],
    ['a flaw that tokens cannot have', { endpoint: 'token', token: 'late' }, 'token'],
    ['times below zero', { endpoint: 'token', drop: true, times: -1 }, 'times'],
  ])('are refused with the name of the member: %s', async (_, fault, field) => {
    const server = await start()
    const { status, body } = await control(server, 'POST', faults, fault)
    expect([status, body.errors[0].field]).toEqual([400, field])
    expect((await control(server, 'GET', faults)).body.items).toEqual([])
  })
})
