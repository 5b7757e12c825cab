import { expect, test } from 'vitest'
import { formatted } from '../../src/exam/reports/formats.ts'
import { outcomeOf } from '../../src/exam/reports/outcome.ts'
import { connectGrantbox, type Sandbox } from '../../src/index.ts'
import { guideExample, problemsOf, startDeclaredForFile } from '../support/declared.ts'
import { examineAtVendor } from '../support/exam-vendor.ts'

/** The vendor of the guide, which asks each thing that can be asked. */
const { url } = await startDeclaredForFile({ title: 'Acme', ...guideExample('exam') })
const grantbox = await connectGrantbox(url)

/** Where the clients of each vendor go. */
const vendors = {
  acme: { token: '/token', api: '/userinfo' },
  iokids: { token: '/oauth/token', api: '/v1/me', expired: /"error_code":\s*4011/ },
}

async function verdictsOf(vendor: keyof typeof vendors, options: Record<string, unknown>, wrong: readonly string[] = []) {
  const box: Sandbox = await grantbox.createSandbox({ provider: vendor })
  try {
    return await examineAtVendor(box, options, vendors[vendor], wrong)
  } finally {
    await box.delete()
  }
}

/** Each rule that a vendor has of its own, or that weighs more there. */
const asked = [
  ['iokids', 'expires-in-lies', 'must'],
  ['iokids', 'refresh-after-401', 'must'],
  ['iokids', 'iokids-4011', 'must'],
  ['acme', 'limit-token-requests-per-minute', 'must'],
  ['acme', 'one-token-an-hour', 'must'],
  ['acme', 'profile-once', 'must'],
  ['acme', 'no-popups', 'should'],
  ['acme', 'says-its-device', 'must'],
  ['acme', 'refreshes-first', 'must'],
] as const

const ids = (vendor: keyof typeof vendors) => asked.filter(([one]) => one === vendor).map(([, id]) => id)

test.concurrent.each(['acme', 'iokids'] as const)('who does all of it right passes at %s', async (vendor) => {
  const its = asked.filter(([one]) => one === vendor)
  const { rules, exam } = await verdictsOf(vendor, { only: ids(vendor) })
  expect(exam).toMatchObject({ profile: ['oauth2'], vendor: { acme: 'Acme', iokids: 'iOKids' }[vendor] })
  expect(exam.void).toBeUndefined()
  expect(rules.map(({ id, level, verdict, proof }) => [id, level, verdict, proof])).toEqual(
    its.map(([, id, level]) => [id, level, 'passed', 'wire']),
  )
})

/** One slip hides another: such are made alone. */
const alone = [...ids('iokids'), 'refreshes-first']

test.concurrent.each([
  ['acme', ids('acme').filter((id) => !alone.includes(id))] as const,
  ...asked.filter(([, id]) => alone.includes(id)).map(([vendor, id]) => [vendor, [id]] as const),
])('at %s, %s is failed by who does not', async (vendor, wrong) => {
  const { rules } = await verdictsOf(vendor, { only: wrong }, wrong)
  expect(rules.map(({ id, verdict }) => [id, verdict])).toEqual(wrong.map((id) => [id, 'failed']))
})

test('a vendor waives a rule and has another weigh more; whoever begins the exam says what he is himself', async () => {
  const { rules, exam } = await verdictsOf('acme', { only: ['request-pkce', 'api-429-waits'], profile: ['oidc'] })
  expect(exam.profile).toEqual(['oidc'])
  expect(rules).toMatchObject([
    { id: 'api-429-waits', verdict: 'waived', reason: 'Acme limits nobody by 429' },
    { id: 'request-pkce', level: 'must', verdict: 'failed' },
  ])
  const { rules: theirs } = await verdictsOf('iokids', { only: ['api-403-no-refresh'] })
  expect(theirs).toMatchObject([{ verdict: 'waived', reason: expect.stringContaining('4011') }])
  const report = await verdictsOf('acme', { only: ['profile-once'] })
  const outcome = outcomeOf(report, { fail_on: 'must' }, 0)
  for (const format of ['text', 'html'] as const) expect(formatted(format, report, outcome)).toContain('oauth2 · with the rules of Acme')
})

test('what a declared exam says wrongly is told at its place', () => {
  const said = { why: 'It is limited.', mend: 'Read the guide.' }
  const request = { endpoint: 'token' }
  const rules = [
    { ...said, id: 'request-pkce', request, at_most: 1 },
    { ...said, id: 'asks-nothing', request },
    { ...said, id: 'twice', request, never: ['x'], when: { settings: { permission_status: 401 } } },
    { ...said, id: 'twice', request: { endpoint: 'tokens' }, never: ['x'] },
  ]
  const wrongIds = { must: ['request-pkc'], waive: { nothing: 'x' }, rules: [rules[0], rules[2], rules[2]] }
  expect(problemsOf({ exam: wrongIds })).toEqual([
    'file: providers.acme.exam.must[0]: expected a rule of docs/exam.md, got "request-pkc"; did you mean request-pkce?',
    'file: providers.acme.exam.waive.nothing: expected a rule of docs/exam.md, got "nothing"',
    'file: providers.acme.exam.rules[0].id: expected an id that no rule of docs/exam.md has, got "request-pkce"',
    'file: providers.acme.exam.rules[2].id: expected an id that no other rule has, got "twice", which stands at providers.acme.exam.rules[1].id too',
    ...[1, 2].map((at) => `file: providers.acme.exam.rules[${at}].when.settings.permission_status: unknown key`),
  ])
  expect(problemsOf({ exam: { profile: ['oauth3'], limits: { tokens: 1 }, rules: [rules[1], rules[3]] } })).toEqual([
    expect.stringContaining('file: providers.acme.exam.profile[0]: expected '),
    'file: providers.acme.exam.limits.tokens: unknown key',
    expect.stringContaining(
      'file: providers.acme.exam.rules[0]: expected something that is asked of these requests: at_most, having, never or followed_by, got {"why"',
    ),
    expect.stringContaining('file: providers.acme.exam.rules[1].request.endpoint: expected '),
  ])
})
