import { describe, expect, test } from 'vitest'
import { type Answer, atOnce, count, many, type Request, times } from '../support/at-once.ts'
import { start } from '../support/server.ts'
import { alice, web } from '../support/standard-client.ts'
import { pool, spa } from '../vendors/cognito/pool.ts'
import { SrpClient } from '../vendors/cognito/srp-client.ts'

const at = '/_grantbox/sandboxes'
const failures = (answers: readonly Answer[]) => answers.filter(({ status }) => status >= 500)

test('a challenge of SRP answered over many connections gives tokens once (Amazon Cognito)', async () => {
  const { url } = await start({ made: ['cognito'] })
  const operate = (operation: string, json: object): Request => ({
    path: '/cognito/',
    json: { ClientId: spa.client_id, ...json },
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `AWSCognitoIdentityProviderService.${operation}` },
  })
  const client = new SrpClient()
  const AuthParameters = { USERNAME: 'alice', SRP_A: client.A.toString(16) }
  const [begun] = await atOnce(url, [operate('InitiateAuth', { AuthFlow: 'USER_SRP_AUTH', AuthParameters })])
  const ChallengeResponses = client.answer(pool, 'Password1!', begun?.body.ChallengeParameters as Record<string, string>)
  const answer = operate('RespondToAuthChallenge', { ChallengeName: 'PASSWORD_VERIFIER', ChallengeResponses })
  const answers = await atOnce(
    url,
    times(many, () => answer),
  )
  expect([count(answers, 200), count(answers, 400)]).toEqual([1, many - 1])
  expect(answers.filter(({ body }) => 'AuthenticationResult' in body)).toHaveLength(1)
})

describe('a space of a sandbox', () => {
  const spaces = `${at}/keycloak/spaces`
  const shop = {
    realm: 'shop',
    enabled: true,
    clients: [{ clientId: 'till', secret: 'till-secret', directAccessGrantsEnabled: true }],
    users: [
      {
        ...{ username: 'gina', enabled: true, email: 'gina@example.com', firstName: 'Gina', lastName: 'Gray' },
        credentials: [{ type: 'password', value: 'password' }],
      },
    ],
  }
  const login = { grant_type: 'password', client_id: 'till', client_secret: 'till-secret', username: 'gina', password: 'password' }
  const grant: Request = { path: '/keycloak/realms/shop/protocol/openid-connect/token', form: { ...login, scope: 'openid' } }
  const imported: Request = { path: `${at}/keycloak/import`, json: shop }

  test('is made once by many who make it, and deleted once', async () => {
    const { url } = await start({ made: ['keycloak'] })
    const made = await atOnce(
      url,
      times(many, () => ({ path: spaces, json: { id: 'same' } })),
    )
    expect([count(made, 201), count(made, 409)]).toEqual([1, many - 1])
    const gone = await atOnce(
      url,
      times(many, () => ({ method: 'DELETE', path: `${spaces}/same` })),
    )
    expect([count(gone, 204), count(gone, 404)]).toEqual([1, many - 1])
  })

  test.each<[string, Request, number]>([
    ['deleted', { method: 'DELETE', path: `${spaces}/shop` }, 404],
    ['read anew from a document', imported, 200],
    ['gone by a reset of its sandbox', { path: `${at}/keycloak/reset` }, 404],
    ['gone with its sandbox', { method: 'DELETE', path: `${at}/keycloak` }, 404],
  ])('%s while it gives tokens: nothing fails, and what is not there any more knows no token', async (_how, change, after) => {
    const { url } = await start({ made: ['keycloak'] })
    expect((await atOnce(url, [imported]))[0]?.status).toBe(200)
    expect((await atOnce(url, [grant]))[0]?.status).toBe(200)
    const grants = times(many / 2, () => grant)
    const answers = await atOnce(url, [...grants, change, ...grants])
    expect(failures(answers)).toEqual([])
    expect(answers[many / 2]?.status).toBeLessThan(300)
    expect((await atOnce(url, [grant]))[0]?.status).toBe(after)
    const before = answers.slice(0, many / 2).flatMap(({ body }) => (typeof body.access_token === 'string' ? [body.access_token] : []))
    const userinfo = '/keycloak/realms/shop/protocol/openid-connect/userinfo'
    const asked = await atOnce(
      url,
      before.map((token) => ({ method: 'GET', path: userinfo, headers: { authorization: `Bearer ${token}` } })),
    )
    // Of those that came after the document, the realm that it made knows.
    if (after === 404) expect(asked.filter(({ status }) => status < 400)).toEqual([])
  })
})

describe('an exam and hints', () => {
  const mine = `${at}/mine`
  const token: Request = { path: '/mine/token', form: { ...web, grant_type: 'password', ...alice } }
  const exam: Request = { path: `${mine}/exam`, json: { client_id: web.client_id } }
  const next: Request = { path: `${mine}/exam/next`, json: {} }
  const hints: Request = { method: 'GET', path: `${mine}/hints` }

  async function withSandbox() {
    const { url } = await start({ defaultProvider: 'standard' })
    expect((await atOnce(url, [{ path: at, json: { name: 'mine', provider: 'standard' } }]))[0]?.status).toBe(201)
    const [snapshot] = await atOnce(url, [{ method: 'GET', path: `${mine}/snapshot` }])
    const changes = {
      reset: { path: `${mine}/reset` },
      restore: { method: 'PUT', path: `${mine}/snapshot`, json: snapshot?.body },
      delete: { method: 'DELETE', path: mine },
    }
    return { url, changes }
  }

  test('of many who begin an exam one does, and it ends once', async () => {
    const { url } = await withSandbox()
    const begun = await atOnce(
      url,
      times(many, () => exam),
    )
    expect([count(begun, 201), count(begun, 409)]).toEqual([1, many - 1])
    const ended = await atOnce(
      url,
      times(many, () => ({ method: 'DELETE', path: `${mine}/exam` })),
    )
    expect([count(ended, 204), count(ended, 404)]).toEqual([1, many - 1])
  })

  test.each(['reset', 'restore', 'delete'] as const)(
    'are asked while the sandbox meets a %s: all are answered, and nothing fails',
    async (what) => {
      const { url, changes } = await withSandbox()
      expect((await atOnce(url, [exam]))[0]?.status).toBe(201)
      const signal: Request = { path: `${mine}/exam/signal`, json: { signed_in: true, user: 'alice' } }
      const report: Request = { method: 'GET', path: `${mine}/exam` }
      const round = [next, token, hints, report, signal, token]
      const answers = await atOnce(url, [
        ...round,
        ...round,
        changes[what],
        ...round,
        { method: 'DELETE', path: `${mine}/exam` },
        ...round,
        exam,
      ])
      expect(failures(answers)).toEqual([])
      const [after] = await atOnce(url, [hints])
      expect(after?.status).toBe(what === 'delete' ? 404 : 200)
      // An exam that began after the change, or none: both can be ended, and the sandbox is as it was.
      await atOnce(url, [{ method: 'DELETE', path: `${mine}/exam` }])
      expect((await atOnce(url, [token]))[0]?.status).toBe(what === 'delete' ? 404 : 200)
    },
  )

  test.each(['reset', 'delete'] as const)('hints are read from a journal that is being written and emptied by a %s', async (what) => {
    const { url, changes } = await withSandbox()
    const round = times(many / 4, () => [token, hints, { path: '/mine/token', form: { grant_type: 'password' } }]).flat()
    const answers = await atOnce(url, [...round, changes[what], ...round])
    expect(failures(answers)).toEqual([])
    const readers = answers.filter((_, index) => [...round, changes[what], ...round][index] === hints)
    expect(new Set(readers.map(({ status }) => status))).toEqual(new Set(what === 'reset' ? [200] : [200, 404]))
  })
})
