import { describe, expect, test } from 'vitest'
import { connectGrantbox, type NewFault } from '../../src/index.ts'
import { startForFile } from '../support/server.ts'
import { post, tokensOf, web } from '../support/standard-client.ts'
import { callback, callbackOf } from '../support/standard-sign-in.ts'

const server = await startForFile({ defaultProvider: 'standard' })
const box = await connectGrantbox(server.url)

const faults: [string, NewFault][] = [
  ['an error in the dialect', { endpoint: '*', error: 'temporarily_unavailable' }],
  ['an answer as it is', { endpoint: '*', status: 503 }],
  ['a dropped connection', { endpoint: '*', drop: true }],
  ['a connection that is dropped afterwards', { endpoint: '*', drop: 'after' }],
  ['a delay that the client does not wait for', { endpoint: '*', delay: '2s' }],
]

/** Sends a request and goes away when it takes long. */
const send = (url: string, init: RequestInit) => fetch(url, { ...init, signal: AbortSignal.timeout(250) }).catch(() => undefined)
const form = (url: string, fields: Record<string, string>) => send(url, { method: 'POST', body: new URLSearchParams(fields) })

describe.each(faults)('what a fault answered tells whose it was: %s', (_, fault) => {
  test('a refresh', async () => {
    const world = await box.createSandbox()
    const { refresh_token = '' } = await tokensOf(world.url, { scope: 'openid offline_access' })
    const [grant] = await world.grants.list()
    await world.faults.add(fault)
    await form(`${world.url}/token`, { grant_type: 'refresh_token', refresh_token, ...web })
    const entry = await world.requests.wait({ client_id: web.client_id, grant_type: 'refresh_token' })
    expect(entry.grant_id).toBe(grant?.id)
  })

  test('a code', async () => {
    const world = await box.createSandbox()
    const code = (await callbackOf(world.url)).searchParams.get('code') ?? ''
    const [grant] = await world.grants.list()
    await world.faults.add(fault)
    await form(`${world.url}/token`, { grant_type: 'authorization_code', code, redirect_uri: callback, ...web })
    const entry = await world.requests.wait({ client_id: web.client_id, grant_type: 'authorization_code' })
    expect(entry.grant_id).toBe(grant?.id)
  })

  test('a call with an access token, and its revocation', async () => {
    const world = await box.createSandbox()
    const { access_token = '' } = await tokensOf(world.url)
    const [grant] = await world.grants.list()
    await world.faults.add({ ...fault, times: 2 })
    await send(`${world.url}/userinfo`, { headers: { authorization: `Bearer ${access_token}` } })
    await form(`${world.url}/revoke`, { token: access_token, ...web })
    await world.requests.wait({ endpoint: 'revocation' })
    const entries = (await world.requests.list()).filter(({ endpoint }) => endpoint !== 'token')
    expect(entries.map(({ endpoint, client_id, grant_id }) => [endpoint, client_id, grant_id])).toEqual([
      ['userinfo', web.client_id, grant?.id],
      ['revocation', web.client_id, grant?.id],
    ])
  })

  test('a client by itself, by Basic, and a code that nobody knows', async () => {
    const world = await box.createSandbox()
    await world.faults.add({ ...fault, times: 2 })
    const authorization = `Basic ${Buffer.from(`${web.client_id}:${web.client_secret}`).toString('base64')}`
    const body = new URLSearchParams({ grant_type: 'client_credentials' })
    await send(`${world.url}/token`, { method: 'POST', body, headers: { authorization } })
    await form(`${world.url}/token`, { grant_type: 'authorization_code', code: 'unknown', redirect_uri: callback, ...web })
    await world.requests.wait({ grant_type: 'authorization_code' })
    const entries = await world.requests.list()
    expect(entries.map(({ client_id, grant_type }) => [client_id, grant_type])).toEqual([
      [web.client_id, 'client_credentials'],
      [web.client_id, 'authorization_code'],
    ])
    expect(entries[1]?.grant_id).toBeNull()
  })
})

test('no token is looked up while no fault strikes', async () => {
  const world = await box.createSandbox()
  const { refresh_token = '' } = await tokensOf(world.url, { scope: 'openid offline_access' })
  await world.faults.add({ endpoint: 'token', grant_type: 'password', status: 503 })
  const { store } = server.sandbox(world.name)
  let looked = 0
  const find = store.findRefreshToken
  const findRefreshToken: typeof find = (...all) => {
    looked++
    return find(...all)
  }
  Object.assign(store, { findRefreshToken })
  await post(world.url, '/token', { grant_type: 'refresh_token', refresh_token, ...web })
  expect(looked).toBe(0)
})
