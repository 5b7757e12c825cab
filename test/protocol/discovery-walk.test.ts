import { describe, expect, test } from 'vitest'
import { clientAuthMethods } from '../../src/oauth/clients/methods/registry.ts'
import { grantTypes } from '../../src/oauth/grants/registry.ts'
import { responseModes, responseTypes } from '../../src/oauth/realm/response-type.ts'
import { attempts } from '../support/discovery-attempts.ts'
import { Walker } from '../support/discovery-walk.ts'
import { startForFile } from '../support/server.ts'
import { json } from '../support/standard-client.ts'

/**
 * Discovery says what works, and nothing else does: a walk along the document (OpenID Connect Discovery §3, RFC 8414 §2) tries each
 * value that it lists, and many that it does not, as a client may register (OpenID Connect Dynamic Client Registration §2) or ask for.
 */

const server = await startForFile({ defaultProvider: 'standard' })
const { provider } = server.sandbox()

/** Of the standard claims (OpenID Connect Core §5.1), those that nobody has unasked. */
const claims = {
  middle_name: 'Amy',
  nickname: 'Al',
  profile: 'https://alice.example/',
  picture: 'https://alice.example/picture.png',
  website: 'https://alice.example/',
  gender: 'female',
  birthdate: '1990-01-01',
  zoneinfo: 'Europe/Paris',
  locale: 'fr',
  address: { country: 'FR' },
  phone_number: '+33 1 23 45 67 89',
  phone_number_verified: true,
}

async function sandboxWith(settings: Record<string, unknown>) {
  const { name } = server.server.sandboxes.create({ provider, settings })
  const sandbox = server.sandbox(name)
  const alice = sandbox.directory.findUser('alice')
  if (alice === undefined) throw new Error('alice is not there')
  sandbox.directory.updateUser({ ...alice, claims })
  return { walker: await Walker.at(server, `${server.url}/${name}`), sandbox }
}

describe.each([
  ['as it is made', {}],
  ['of strictness rfc', { strictness: 'rfc' }],
  ['with acr_values', { acr_values: ['urn:gold', 'urn:silver'] }],
])('what a sandbox %s lists works', async (_what, settings) => {
  const { walker, sandbox } = await sandboxWith(settings)
  // Of another sandbox only what its setting changes: the rest was tried before.
  const plain = (await json(`${server.url}/.well-known/openid-configuration`)).body
  const changed = Object.entries(walker.document).filter(([name, listed]) => {
    const here = JSON.stringify(listed).replaceAll(walker.base, server.url)
    return Object.keys(settings).length === 0 || here !== JSON.stringify(plain[name])
  })
  for (const [member, listed] of changed) {
    test.each(Array.isArray(listed) ? listed.map(String) : [String(listed)])(`${member}: %s`, async (value) => {
      const attempt = attempts[member]
      if (attempt === undefined) throw new Error(`nobody tries what ${member} lists`)
      await attempt(walker, value, sandbox)
    })
  }
})

test('both forms of the document say the same, and leave out what says nothing (RFC 8414 §3.2)', async () => {
  const [oidc, oauth] = await Promise.all(
    ['openid-configuration', 'oauth-authorization-server'].map((name) => json(`${server.url}/.well-known/${name}`)),
  )
  expect(oauth?.body).toEqual(oidc?.body)
  for (const [name, value] of Object.entries(oidc?.body ?? {})) {
    expect(value, name).not.toBeNull()
    expect(value, name).not.toEqual([])
  }
})

test('every endpoint of the provider is listed, but for the pages that a client has no business with', async () => {
  const listed = JSON.stringify((await json(`${server.url}/.well-known/openid-configuration`)).body)
  const { discovery: _documents, device: _page, ciba: _list, sign_up: _step, ...endpoints } = provider.paths
  for (const [name, path] of Object.entries(endpoints)) expect(listed, name).toContain(`"${server.url}${path}"`)
})

type Refuse = (walker: Walker, value: string) => Promise<unknown>

const registrationOf =
  (member: string, more: Record<string, unknown> = {}): Refuse =>
  async (walker, value) =>
    expect((await walker.tryRegistering({ [member]: value, ...more })).body).toMatchObject({ error: 'invalid_client_metadata' })

const jwks = { keys: [] }
const signing = ['none', 'RS384', 'RS512', 'PS384', 'PS512', 'ES384', 'ES512', 'ES256K', 'HS384', 'HS512', 'Ed25519', 'Ed448']
const wrapping = ['RSA1_5', 'RSA-OAEP-384', 'RSA-OAEP-512', 'ECDH-ES+A128KW', 'ECDH-ES+A256KW', 'A128KW', 'A256GCMKW', 'dir']
const content = ['A128GCM', 'A192GCM', 'A192CBC-HS384', 'A256CBC-HS512']

/** An authorization request that this error answers. */
const authorizationWith =
  (parameter: string, error: string, more: Record<string, string> = {}): Refuse =>
  async (walker, value) =>
    expect(await walker.refusal(walker.request(await walker.register(), { [parameter]: value, ...more }))).toBe(error)

const assertionWith: Refuse = async (walker, alg) => {
  const client = await walker.register({}, alg.startsWith('HS') ? 'client_secret_jwt' : 'private_key_jwt', alg)
  const { status, body } = await walker.post(client, 'token_endpoint', { grant_type: 'client_credentials' })
  expect([status, body.error]).toEqual([401, 'invalid_client'])
}

/** What each member might list, as the registries of IANA and the specifications have it; what it does list is left out. */
const unlisted: Record<string, { values: readonly string[]; refuse: Refuse }> = {
  response_types_supported: {
    values: [...responseTypes, 'code none', 'id_token none', 'vp_token', 'device_code'],
    refuse: authorizationWith('response_type', 'unsupported_response_type'),
  },
  response_modes_supported: {
    values: [...responseModes, 'jwt', 'web_message', 'cookie'],
    refuse: authorizationWith('response_mode', 'invalid_request'),
  },
  scopes_supported: { values: ['admin', 'groups', 'OPENID'], refuse: authorizationWith('scope', 'invalid_scope') },
  prompt_values_supported: { values: ['force', 'NONE'], refuse: authorizationWith('prompt', 'invalid_request') },
  code_challenge_methods_supported: {
    values: ['S256', 'plain', 'S512', 's256'],
    refuse: authorizationWith('code_challenge_method', 'invalid_request', { code_challenge: 'p'.repeat(43) }),
  },
  grant_types_supported: {
    values: [...grantTypes.keys(), 'urn:ietf:params:oauth:grant-type:saml2-bearer', 'urn:ietf:params:oauth:grant-type:uma-ticket'],
    refuse: async (walker, grant_type) => {
      const { body } = await walker.post(await walker.register(), 'token_endpoint', { grant_type })
      expect(body.error).toBe('unsupported_grant_type')
    },
  },
  token_endpoint_auth_methods_supported: {
    values: [...clientAuthMethods, 'attest_jwt_client_auth', 'client_secret'],
    refuse: registrationOf('token_endpoint_auth_method', { jwks }),
  },
  token_endpoint_auth_signing_alg_values_supported: { values: ['RS384', 'PS512', 'ES384', 'HS384'], refuse: assertionWith },
  dpop_signing_alg_values_supported: {
    values: ['RS384', 'PS512', 'ES384'],
    refuse: async (walker, alg) => {
      const dpop = await walker.proof(alg, 'POST', walker.endpoint('token_endpoint'))
      const { body } = await walker.redeem(await walker.register(), 'any', {}, { dpop })
      expect(body.error).toBe('invalid_dpop_proof')
    },
  },
  request_object_signing_alg_values_supported: {
    values: ['ES384', 'RS512', 'HS384'],
    refuse: async (walker, alg) => {
      const client = await walker.register({}, 'client_secret_basic', alg)
      const request = await walker.sign(client, { ...Object.fromEntries(walker.request(client)), iss: client.client_id, aud: walker.base })
      expect(await walker.refusal(walker.request(client, { request }))).toBe('invalid_request_object')
    },
  },
  subject_types_supported: { values: ['public', 'pairwise'], refuse: registrationOf('subject_type') },
  backchannel_token_delivery_modes_supported: {
    values: ['poll', 'ping', 'push'],
    refuse: registrationOf('backchannel_token_delivery_mode', { grant_types: ['urn:openid:params:grant-type:ciba'] }),
  },
  ...Object.fromEntries(
    ['id_token', 'userinfo', 'introspection', 'authorization'].flatMap((what) => [
      [`${what}_signing_alg_values_supported`, { values: signing, refuse: registrationOf(`${what}_signed_response_alg`) }],
      [`${what}_encryption_alg_values_supported`, { values: wrapping, refuse: registrationOf(`${what}_encrypted_response_alg`, { jwks }) }],
      [`${what}_encryption_enc_values_supported`, { values: content, refuse: registrationOf(`${what}_encrypted_response_enc`, { jwks }) }],
    ]),
  ),
}

describe.each([
  ['as it is made', {}],
  ['of strictness rfc', { strictness: 'rfc' }],
])('what a sandbox %s does not list is refused', async (_what, settings) => {
  const { walker } = await sandboxWith(settings)
  for (const [member, { values, refuse }] of Object.entries(unlisted)) {
    const left = values.filter((value) => !walker.list(member).includes(value))
    test.each(left)(`${member}: %s`, async (value) => {
      await refuse(walker, value)
    })
  }
})

test.each(['check_session_iframe', 'op_policy_uri', 'request_object_encryption_alg_values_supported'])(
  'what is left out, as Session Management, is not listed: %s',
  async (member) => {
    expect((await json(`${server.url}/.well-known/openid-configuration`)).body).not.toHaveProperty(member)
  },
)
