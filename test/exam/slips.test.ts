import { describe, expect, test } from 'vitest'
import { armedRules } from '../../src/exam/armed.ts'
import { examClient } from '../../src/exam/client.ts'
import { rules } from '../../src/exam/registry.ts'
import { connectGrantbox, type Sandbox } from '../../src/index.ts'
import { Jar } from '../support/browser-jar.ts'
import { ExamApp } from '../support/exam-app.ts'
import { FapiClient } from '../support/exam-fapi.ts'
import { examineMcp } from '../support/exam-mcp.ts'
import { startForFile } from '../support/server.ts'

/** The rules that any traffic shows, each by an app that breaks it and keeps the others; what is tried of clients is in exam.test.ts. */

const server = await startForFile({ defaultProvider: 'standard' })
const grantbox = await connectGrantbox(server.url)

/** What is done while the app is used. */
interface Deeds {
  /** Between the two logins. */
  between?: (box: Sandbox) => unknown
  /** Before the API is called for the last time. */
  before_call?: (box: Sandbox, call: () => Promise<unknown>) => unknown
  afterwards?: (box: Sandbox) => unknown
  calls?: number
}

const journalOf = ({ name }: Sandbox) => server.sandbox(name).journal.list()

/** As if a minute had passed since all that came so far. */
function aMinuteLater(box: Sandbox): void {
  for (const entry of journalOf(box)) entry.at_ms -= 60_000
}

/** Two people log in at an app, each calls its API, and the second of them goes on. @returns the rules that its requests broke */
async function brokenBy(slips: readonly string[], deeds: Deeds = {}, profile?: 'native', isPublic = false): Promise<string[]> {
  const settings = { auto_sign_in: 'alice', auto_continue: true, auto_consent: true }
  const box = await grantbox.createSandbox({ provider: 'standard', settings })
  const own = isPublic ? { client_id: 'in-a-page', client_secret: null } : examClient
  const app = await new ExamApp({ issuer: box.issuer, ...own }).start()
  for (const slip of slips) app.wrong.add(slip)
  try {
    const kind = isPublic ? { client_id: own.client_id, token_endpoint_auth_method: 'none' } : examClient
    await box.apps.create({ name: 'App', redirect_uris: [`${app.url}/callback`], ...kind })
    const [first, second] = [new Jar(), new Jar()]
    await walk(first, `${app.url}/login`, slips)
    await walk(first, `${app.url}/api`, slips)
    await deeds.between?.(box)
    await walk(second, `${app.url}/login`, slips)
    for (let count = 0; count < (deeds.calls ?? 3); count++) await second.open(`${app.url}/api`)
    await deeds.before_call?.(box, () => second.open(`${app.url}/api`))
    await Promise.all([second.open(`${app.url}/api`), second.open(`${app.url}/api`)])
    await second.open(`${app.url}/api`)
    await deeds.afterwards?.(box)
    const hints = await box.hints(profile === undefined ? {} : { profile })
    return hints.map(({ rule }) => rule).sort()
  } finally {
    app.close()
    await box.delete()
  }
}

/** Goes where it is led, as one browser; some apps bring one of their own, or hide it in a frame. */
async function walk(jar: Jar, start: string, slips: readonly string[]): Promise<void> {
  const headers = {
    ...(slips.includes('native-external-browser') && { 'user-agent': 'Mozilla/5.0 (Linux; Android 14; wv) AppleWebKit/537.36' }),
    ...(slips.includes('spa-silent-frames') && { 'sec-fetch-dest': 'iframe', 'sec-fetch-mode': 'navigate' }),
  }
  let page = await jar.open(start, { headers })
  for (let count = 0; page.location !== undefined && count < 12; count++) page = await jar.open(page.location.href, { headers })
}

const expireAccess = (box: Sandbox) => box.tokens.expire({ what: 'access' })

const revokeAll = async (box: Sandbox) => {
  for (const { id } of await box.grants.list()) await box.grants.revoke(id)
}

/** Slips by what else they break: nobody leaves out state, PKCE and nonce and has one of them. */
const slips: readonly [slips: string[], deeds?: Deeds, also?: string[]][] = [
  [['request-csrf-protection'], {}, ['request-nonce', 'request-pkce']],
  [['request-pkce', 'request-nonce']],
  [
    [
      'request-pkce-s256',
      'request-state-fresh',
      'request-pkce-fresh',
      'request-nonce-fresh',
      'request-well-formed',
      'request-no-secret-in-browser',
      'request-no-password',
    ],
  ],
  [['request-no-implicit']],
  [['request-redirect-safe']],
  [['request-scope-used'], { calls: 20, before_call: (box) => box.clock.advance('4h') }],
  [['token-in-body']],
  [['token-basic-encoded']],
  [['token-client-auth']],
  [['token-code-once']],
  [['token-redirect-uri-same']],
  [['token-verifier']],
  [
    ['token-code-promptly'],
    { afterwards: (box) => journalOf(box).map((entry) => (entry.at_ms += entry.endpoint === 'token' ? 11_000 : 0)) },
  ],
  [['token-no-repeat-refused'], { before_call: revokeAll }],
  [['refresh-scope', 'api-token-in-header', 'spa-referer-clean', 'discovery-cached'], { before_call: expireAccess }],
  [['refresh-single-flight'], { before_call: expireAccess }],
  [
    ['refresh-keeps-newest'],
    {
      before_call: async (box, call) => {
        await expireAccess(box)
        await call()
        aMinuteLater(box)
        await expireAccess(box)
      },
    },
  ],
  [['refresh-when-needed']],
  [['api-right-token']],
  [['native-external-browser', 'spa-silent-frames']],
]

const ofBank = ['fapi-par', 'fapi-bound-tokens', 'fapi-strong-auth', 'fapi-dpop-proof', 'token-assertion']
const ofAgent = ['mcp-resource', 'mcp-state']

test('no rule lacks its slip', () => {
  // At a vendor's, which answers forms: hints.test.ts.
  const elsewhere = ['token-asks-json']
  const here = [...slips.flatMap(([rules]) => rules), 'public-no-secret', 'native-loopback-ip', ...ofBank, ...ofAgent, ...elsewhere]
  const tried = armedRules.map(({ id }) => id)
  expect(rules.map(({ id }) => id).filter((id) => !here.includes(id) && !tried.includes(id))).toEqual([])
  expect(here.filter((id) => !rules.some((rule) => rule.id === id))).toEqual([])
})

describe.concurrent('an app', () => {
  test('that keeps all rules gets no hint', async () => {
    expect(await brokenBy([], { between: expireAccess, before_call: expireAccess })).toEqual([])
    expect(await brokenBy([], {}, undefined, true)).toEqual([])
  })

  test.each(slips)('that breaks %j', async (slips, deeds, also = []) => {
    expect(await brokenBy(slips, deeds)).toEqual([...slips, ...also].sort())
  })

  test('without a secret that sends one', async () => {
    expect(await brokenBy(['public-no-secret'], {}, undefined, true)).toEqual(['public-no-secret'])
  })

  test('that listens at a name', async () => {
    expect(await brokenBy(['native-loopback-ip'], {}, 'native')).toEqual(['native-loopback-ip'])
  })
})

test.each([undefined, ...ofBank])('a client of banks that breaks %s', async (slip) => {
  const box = await grantbox.createSandbox({ provider: 'standard' })
  const client = new FapiClient(box.issuer, new Set(slip === undefined ? [] : [slip]))
  await client.register(box)
  await client.logIn()
  const hints = await box.hints({ profile: 'fapi2' })
  await box.delete()
  expect(hints.map(({ rule }) => rule)).toEqual(slip === undefined ? [] : [slip])
})

test.each([undefined, ...ofAgent])('an MCP client that breaks %s', async (slip) => {
  const box = await grantbox.createSandbox({ provider: 'standard' })
  const { rules } = await examineMcp(box, { only: ofAgent, profile: ['mcp'] }, new Set(slip === undefined ? [] : [slip]))
  await box.delete()
  expect(rules.flatMap(({ id, verdict }) => (verdict === 'failed' ? [id] : []))).toEqual(slip === undefined ? [] : [slip])
})
