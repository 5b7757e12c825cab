import { expect, test } from 'vitest'
import { allProviders } from '../../src/providers/registry.ts'
import { standard } from '../../src/providers/standard/standard.ts'
import { idleSettings } from '../../src/sandbox/idle-settings.ts'
import { settingsOf } from '../../src/sandbox/settings.ts'
import { commonSettings } from '../../src/sandbox/settings-schema.ts'
import { control } from '../support/control-client.ts'
import { DashboardClient } from '../support/dashboard-client.ts'
import { startForFile } from '../support/server.ts'
import { post } from '../support/standard-client.ts'

/** Another value than any provider has. */
const others: Readonly<Record<string, unknown>> = {
  refresh_token_ttl: 17,
  rotation: 'off',
  rotation_grace: 17,
  code_ttl: 17,
  code_format: 'long',
  id_token_ttl: 17,
  id_token_signing_alg: 'ES256',
  scope_claims_in_id_token: true,
  device_code_ttl: 17,
  device_interval: 17,
  backchannel_ttl: 17,
  backchannel_interval: 17,
  session_ttl: 17,
  auto_consent: true,
  auto_continue: true,
  dpop_nonce: 'required',
  trusted_client_ca: 'x',
  registration: 'off',
  registration_token: 'x',
  assertion_issuers: { x: { jwks: { keys: [] } } },
  access_token_format: 'opaque',
  signing_alg: 'HS256',
  x5c: true,
  alias_path: '/moved',
}

/** Every sandbox follows these, whatever its provider. */
const everywhere = [
  [
    'access_token_ttl',
    'reported_expires_in',
    'issuer',
    'public_url',
    'internal_url',
    'strictness',
    'outbound',
    'documents',
    'resources',
    'apis',
  ],
  [
    'json_token_requests',
    'query_token_requests',
    'signing_secret',
    'claims',
    'claims_in_access_token',
    'claims_when',
    'acr_values',
    'show_secrets',
    'auto_sign_in',
    'redirect_uri_match',
  ],
  ['require_pushed_authorization_requests'],
].flat()

test('of each setting it is known where it has an effect', () => {
  const known = [...Object.keys(others), ...everywhere]
  expect(Object.keys(commonSettings.shape).filter((name) => !known.includes(name))).toEqual([])
})

test('each provider has settings that have no effect, and standard next to none', async () => {
  const idle = Object.fromEntries(
    (await allProviders()).map((provider) => {
      const names = Object.entries(others).filter(([name, value]) => {
        const settings = settingsOf(provider, { [name]: value, ...(name === 'rotation_grace' && { rotation: 'strict' }) })
        return idleSettings({ provider, settings }).some((note) => note.includes(` ${name} `))
      })
      return [provider.id, names.map(([name]) => name)]
    }),
  )
  expect(idle.standard).toEqual(['auto_continue', 'registration_token'])
  expect(idle.iokids).toEqual(
    expect.arrayContaining(['session_ttl', 'auto_consent', 'registration', 'access_token_format', 'id_token_ttl']),
  )
  for (const name of ['auto_continue', 'device_code_ttl', 'rotation', 'code_ttl']) expect(idle.iokids).not.toContain(name)
  for (const provider of ['deyel', 'wildix', 'socialid']) {
    expect(idle[provider]).toEqual(expect.arrayContaining(['session_ttl', 'access_token_format', 'id_token_ttl']))
  }
})

test('a provider without an endpoint has no use for its settings', () => {
  const { device_authorization: _, backchannel_authentication: __, jwks: ___, ...paths } = standard.paths
  const bare = { ...standard, paths, grant_types: ['client_credentials'] }
  const settings = settingsOf(bare, others)
  const names = idleSettings({ provider: bare, settings }).map((note) => note.split(' ')[2])
  const wanted = [
    'device_code_ttl',
    'device_interval',
    'backchannel_ttl',
    'code_ttl',
    'rotation',
    'refresh_token_ttl',
    'assertion_issuers',
    'x5c',
  ]
  expect(names).toEqual(expect.arrayContaining(wanted))
})

test('what hangs on another setting has none without it', () => {
  const notes = (said: object) => idleSettings({ provider: standard, settings: settingsOf(standard, { ...said }) })
  expect(notes({ rotation: 'lenient', rotation_grace: 5 })).toEqual([
    'The setting rotation_grace is without effect: rotation is not strict',
  ])
  expect(notes({ rotation_grace: 5 })).toEqual([])
  expect(notes({ registration_token: 'x' })).toEqual(['The setting registration_token is without effect: registration is not token'])
  expect(notes({ registration_token: 'x', registration: 'token' })).toEqual([])
  expect(notes({ session_ttl: 24 * 3600 })).toEqual([])
})

test('a sandbox that sets one is told, at every door', async () => {
  const server = await startForFile()
  const settings = { id_token_ttl: '10m', session_ttl: '1h' }
  const made = await control(server, 'POST', '/sandboxes', {
    name: 'w',
    provider: 'wildix',
    settings,
  })
  const notes = [
    'The setting id_token_ttl is without effect: this provider has no ID tokens',
    'The setting session_ttl is without effect: this provider has no sessions',
  ]
  expect([made.status, made.body.notes]).toEqual([201, notes])
  expect((await control(server, 'GET', '/sandboxes/w')).body.notes).toEqual(notes)
  const changed = await control(server, 'PATCH', '/sandboxes/w', { settings: { session_ttl: null } })
  expect(changed.body.notes).toEqual(notes.slice(0, 1))
  expect((await new DashboardClient(server.url).get('/dashboard/w/settings')).html).toContain(`${notes[0]}.`)
  expect((await control(server, 'GET', '/sandboxes/iokids')).body.notes).toEqual([])
})

test('the tokens of iokids are for the audience that was asked for', async () => {
  const server = await startForFile()
  const form = { client_id: 'iok-cid-findfluffy', client_secret: 'iok-cse-findfluffy', grant_type: 'client_credentials' }
  const audOf = async (more: object) => {
    const { body } = await post(server.url, '/oauth/token', { ...form, ...more })
    return JSON.parse(Buffer.from(String(body.access_token).split('.')[1] ?? '', 'base64url').toString()).aud
  }
  expect([await audOf({}), await audOf({ audience: 'orders' })]).toEqual([form.client_id, 'orders'])
})
