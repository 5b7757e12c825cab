import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { Grant } from '../../../src/oauth/model/records.ts'
import { Database, type Statement } from '../../../src/store/database/database.ts'
import { calendar, freshCode, redeem, scope, token, web } from '../../support/google-client.ts'
import { start, type TestServer } from '../../support/server.ts'
import { send } from '../../support/vendor-client.ts'

/** How many rows the store's statements gave since it was set to 0. */
let rows = 0
const prepare = Database.prototype.prepare
beforeEach(() => {
  vi.spyOn(Database.prototype, 'prepare').mockImplementation(function counting(this: Database, sql, options) {
    const statement: Statement = prepare.call(this, sql, options)
    const counted = <T>(found: T[]): T[] => {
      rows += found.length
      return found
    }
    return {
      ...statement,
      get: (...values) => counted([statement.get(...values)])[0],
      all: (...values) => counted(statement.all(...values)),
    }
  })
})

const offline = { access_type: 'offline' }

/** A Google at which alice gave the web client this often what it asked for. */
async function withGrants(count: number, parameters: Record<string, string> = {}) {
  const server = await start({ defaultProvider: 'google' })
  const { store } = server.sandbox()
  const [client, user] = [store.findClient(web.client_id), store.findUser('alice')]
  if (client === undefined || user === undefined) throw new Error('they are preloaded')
  const details = { consented: true as const, parameters }
  const draft = { client, user, grant_type: 'authorization_code', scope: 'openid email profile', details, created_at: 1 }
  const grants = Array.from({ length: count }, () => store.saveGrant(draft))
  return { ...server, store, client, user, grants }
}

function stateOf({ sandbox }: TestServer, { id }: Grant): string | null | undefined {
  return sandbox().grants.find(id)?.grant.revoked_reason
}

describe('what a user gave before costs no more when there was much of it', () => {
  test.each<[flow: string, parameters: Record<string, string>]>([
    ['a silent sign-in', {}],
    ['one that asks for what was granted before', { include_granted_scopes: 'true' }],
    ['offline access', offline],
    ['offline access that is asked for again', { ...offline, prompt: 'consent' }],
    ['a further scope', { scope: `${scope} ${calendar}` }],
  ])('%s', async (_flow, parameters) => {
    const read: number[] = []
    for (const count of [20, 2000]) {
      const { url } = await withGrants(count)
      await redeem(url, await freshCode(url, parameters))
      rows = 0
      expect((await redeem(url, await freshCode(url, parameters))).status).toBe(200)
      read.push(rows)
    }
    const [few = 0, many] = read
    expect(few).toBeGreaterThan(0)
    expect(many).toBe(few)
  })
})

test('of what is too much the oldest goes, but not the one whose code was redeemed last', async () => {
  const code = { ...offline, prompt: 'consent' }
  const server = await withGrants(0)
  const first = await freshCode(server.url, code)
  const { client, user, store } = server
  const draft = { client, user, grant_type: 'authorization_code', scope: 'openid', created_at: 1 }
  const given = (parameters: Record<string, string>) => store.saveGrant({ ...draft, details: { consented: true, parameters } })
  const online = given({})
  const grants = Array.from({ length: 101 }, () => given(offline))
  const { body } = await redeem(server.url, first)
  const gone = grants.filter((grant) => stateOf(server, grant) !== null)
  expect(gone).toEqual(grants.slice(0, 2))
  expect(stateOf(server, online)).toBeNull()
  const refreshed = await token(server.url, { grant_type: 'refresh_token', refresh_token: String(body.refresh_token) })
  expect(refreshed.status).toBe(200)
})

test('scopes come in the order in which they were given, and a revocation takes back all of them', async () => {
  const server = await withGrants(0)
  const { url, client, user, store } = server
  const give = (scope: string, access_type: string) =>
    store.saveGrant({
      ...{ client, user, grant_type: 'authorization_code', scope, created_at: 1 },
      details: { consented: true, parameters: { access_type } },
    })
  const grants = [give('openid z', 'online'), give('a', 'offline'), give('openid z', 'offline'), give('m', 'online')]
  expect(store.consentedScopes(client.app, user)).toEqual(['openid z', 'a', 'openid z', 'm'])
  expect([store.hasConsented(client, user, 'offline'), store.hasConsented(client, user, 'online')]).toEqual([true, true])
  const { body } = await redeem(url, await freshCode(url, { prompt: 'consent' }))
  expect((await send(`${url}/revoke?token=${body.access_token}`, { method: 'POST' })).status).toBe(200)
  expect(grants.map((grant) => stateOf(server, grant))).toEqual(grants.map(() => 'another token of the user and app was revoked'))
  expect([store.consentedScopes(client.app, user), store.hasConsented(client, user, 'offline')]).toEqual([[], false])
})
