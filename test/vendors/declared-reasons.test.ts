import { describe, expect, test } from 'vitest'
import { guideExample, problemsOf, startDeclaredForFile } from '../support/declared.ts'
import { web } from '../support/standard-client.ts'
import { callback } from '../support/standard-sign-in.ts'
import { basic, post, postJson, send } from '../support/vendor-client.ts'

const credentials = basic(web.client_id, web.client_secret)

describe('the guide’s vendor with tenants and reasons', async () => {
  const server = await startDeclaredForFile(guideExample('reasons'))
  const authorized = async (wanted: object = {}): Promise<{ code: string }> => {
    const asked = { client_id: web.client_id, username: 'alice', redirect_uri: callback, scope: 'openid', ...wanted }
    return (await postJson(`${server.url}/_grantbox/sandboxes/acme/authorize`, asked)).body as { code: string }
  }
  const redeem = (code: string, form: Record<string, string> = {}, tenant = 'contoso') =>
    post(`${server.url}/${tenant}/token`, { grant_type: 'authorization_code', redirect_uri: callback, code, ...form }, credentials)

  type Said = Promise<{ status: number; body: Record<string, unknown> }>
  const cases: readonly [what: string, ask: () => Said, status: number, body: Record<string, unknown>, reason: string][] = [
    [
      'a code that was used',
      async () => {
        const { code } = await authorized()
        await redeem(code)
        return redeem(code)
      },
      400,
      { error: 'invalid_grant', error_description: 'ACME9701: The code was redeemed already.', error_codes: [9701], tenant: 'contoso' },
      'code_used',
    ],
    [
      'a code that has expired',
      async () => {
        const { code } = await authorized()
        server.clock.advance(3600)
        return redeem(code)
      },
      400,
      { error: 'invalid_grant', error_description: 'ACME9702: The code has expired.', error_codes: [9702], tenant: 'contoso' },
      'code_expired',
    ],
    [
      'a code that nobody issued',
      () => redeem('x'),
      400,
      { error: 'invalid_grant', error_description: 'Authorization code is not valid', error_codes: [9000], tenant: 'contoso' },
      'code_unknown',
    ],
    [
      'a verifier that does not fit',
      async () => {
        const { code } = await authorized({ code_challenge: 'a'.repeat(43), code_challenge_method: 'S256' })
        return redeem(code, { code_verifier: 'b'.repeat(43) })
      },
      400,
      {
        error: 'invalid_grant',
        error_description: 'ACME9711: The verifier does not fit the challenge.',
        error_codes: [9711],
        tenant: 'contoso',
      },
      'pkce_mismatch',
    ],
    [
      'a wrong secret',
      () => post(`${server.url}/fabrikam/token`, { grant_type: 'client_credentials' }, basic(web.client_id, 'x')),
      401,
      {
        error: 'invalid_client',
        error_description: "ACME9721: The secret is not right in tenant 'fabrikam'.",
        error_codes: [9721],
        tenant: 'fabrikam',
      },
      'secret_wrong',
    ],
    [
      'an unknown client',
      () => post(`${server.url}/fabrikam/token`, { grant_type: 'client_credentials' }, basic('nobody', 'x')),
      400,
      {
        error: 'unauthorized_client',
        error_description: "ACME9722: There is no app 'nobody' in 'fabrikam'.",
        error_codes: [9722],
        tenant: 'fabrikam',
      },
      'client_unknown',
    ],
    [
      'a scope that there is not',
      () => post(`${server.url}/contoso/token`, { grant_type: 'client_credentials', scope: 'moon' }, credentials),
      400,
      { error: 'invalid_scope', unknown_scope: 'moon' },
      'scope_unknown',
    ],
    [
      'a tenant that there is not',
      () => post(`${server.url}/tailspin/token`, { grant_type: 'client_credentials' }, credentials),
      400,
      { error: 'invalid_tenant', error_description: "ACME9002: There is no tenant 'tailspin'.", error_codes: [9002], tenant: 'tailspin' },
      'space_unknown',
    ],
  ]
  test.each(cases)('says of %s what it has for that', async (_what, ask, status, body, reason) => {
    const answer = await ask()
    expect([answer.status, answer.body]).toEqual([status, body])
    const { body: journal } = await send(`${server.url}/_grantbox/sandboxes/acme/requests?limit=1`)
    expect((journal.items as { reason: string }[])[0]?.reason).toBe(reason)
  })

  test('says it on the page of a redirect URI that is not registered', async () => {
    const query = new URLSearchParams({ client_id: web.client_id, response_type: 'code', redirect_uri: 'https://evil.example/' })
    const { status, text } = await send(`${server.url}/contoso/authorize?${query}`)
    expect([status, text]).toEqual([
      400,
      expect.stringContaining('ACME9731: The redirect URI &#39;https://evil.example/&#39; is none of app'),
    ])
  })

  test.each([
    [{ scope: 'moon' }, { error: 'invalid_scope', error_description: "ACME9741: There is no scope 'moon'.", error_code: '9741' }],
    [
      { scope: 'openid', client_id: web.client_id, code_challenge: 'x' },
      { error: 'invalid_request', error_description: 'code_challenge is malformed', error_code: '9000' },
    ],
    [{ decision: 'deny' }, { error: 'consent_declined', error_description: 'The user denied access', error_code: '9751' }],
    [
      { response_type: 'x' },
      { error: 'unsupported_response_type', error_description: 'The response type is not supported', error_code: '9000' },
    ],
  ])('says in a redirect what %o comes to', async (wanted, said) => {
    const { redirect_to } = (await authorized({ state: 's', ...wanted })) as unknown as { redirect_to: string }
    expect(Object.fromEntries(new URL(redirect_to).searchParams)).toEqual({ ...said, state: 's' })
  })
})

test.each<[object, string]>([
  [{ code_usd: {} }, 'code_usd'],
  [{ code_used: { description: 'It is {wat}' } }, 'reasons.code_used.description: expected a value that there is'],
  [{ code_used: { descripton: 'x' } }, 'descripton: unknown key; did you mean description?'],
  [{ code_used: { status: 99 } }, 'a status from 200 to 599'],
])('a mistake in the reasons %o is told with its path', (reasons, line) => {
  expect(problemsOf({ errors: { reasons } }).join('\n')).toContain(line)
})
