import { describe, expect, test } from 'vitest'
import { authorizationParameters } from '../../src/oauth/authorization/effects.ts'
import { clientParameters } from '../../src/oauth/clients/authentication.ts'
import { grantTypes } from '../../src/oauth/grants/registry.ts'
import { registeredParameters } from '../../src/oauth/model/parameter-names.ts'
import { startForFile } from '../support/server.ts'
import { alice, post, web } from '../support/standard-client.ts'
import { authorizeUrl, callback } from '../support/standard-sign-in.ts'

const server = await startForFile({ defaultProvider: 'standard' })
const { url } = server
const notes = () => server.sandbox().journal.list().at(-1)?.notes

/** What nobody knows, as it may come in a form and in JSON. */
const repeated: [string, string][] = [
  ['ext', '1'],
  ['ext', '2'],
  ['', 'x'],
  ['x-client-SKU', 'a'],
  ['x-client-SKU', 'a'],
]

describe('parameters that nobody knows are ignored however they come, and noted', () => {
  test.each<[path: string, form: Record<string, string>, status: number]>([
    ['/token', { grant_type: 'client_credentials', ...web }, 200],
    ['/token', { grant_type: 'password', ...web, ...alice }, 200],
    ['/introspect', { token: 'x', ...web }, 200],
    ['/revoke', { token: 'x', ...web }, 200],
    ['/par', { response_type: 'code', redirect_uri: callback, scope: 'openid', ...web }, 201],
    ['/device_authorization', { client_id: 'standard-device' }, 200],
    ['/bc-authorize', { scope: 'openid', login_hint: alice.username, ...web }, 200],
  ])('%s %o', async (path, form, status) => {
    expect((await post(url, path, [...Object.entries(form), ...repeated])).status).toBe(status)
    expect(notes()).toEqual([expect.stringMatching(/^The request has ext, '', x-client-SKU: without effect/)])
    const body = JSON.stringify({ ...form, ext: 42, trace: { a: [1] }, list: ['a', 'b'], on: true, off: null })
    const answer = await fetch(`${url}${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    expect(answer.status).toBe(status)
    expect(notes()).toEqual([expect.stringMatching(/^The request has ext, trace, list, on: without effect/)])
  })

  test('at the authorization endpoint', async () => {
    const more = new URLSearchParams(repeated)
    expect((await fetch(`${authorizeUrl(url)}&${more}`)).status).toBe(200)
    expect(notes()).toEqual(["The request has ext, '', x-client-SKU: without effect at the authorization endpoint"])
  })

  test('and those that are known may come once, whatever reads them', async () => {
    for (const name of ['scope', 'nonce', 'redirect_uri', 'max_age', 'ui_locales', 'code']) {
      const form: [string, string][] = [...Object.entries({ grant_type: 'client_credentials', ...web }), [name, 'read'], [name, 'read']]
      const { status, body } = await post(url, '/token', form)
      expect([name, status, body.error_description]).toEqual([name, 400, `Parameter ${name} is given more than once`])
    }
    const social = [...Object.entries({ grant_type: 'user_id' }), ['user_id', '1'], ['user_id', '1']] as [string, string][]
    expect((await post(`${url}/socialid`, '/v2/marketing/oauth/token', social)).status).toBe(400)
  })
})

test('all that is read is known', () => {
  const read = [...authorizationParameters, ...clientParameters, ...[...grantTypes.values()].flatMap(({ parameters }) => parameters)]
  expect(read.filter((name) => !registeredParameters.has(name))).toEqual([])
})
