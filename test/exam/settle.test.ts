import { expect, test } from 'vitest'
import { armedRules } from '../../src/exam/armed.ts'
import type { ArmedRule } from '../../src/exam/armed-rule.ts'
import { examClient } from '../../src/exam/client.ts'
import { isIn, type Play, shown } from '../../src/exam/play.ts'
import { graceBy, isKept, judged, leftOf, settleBy, type Watch } from '../../src/exam/run/settle.ts'
import { Tally } from '../../src/exam/run/tally.ts'
import { connectGrantbox } from '../../src/index.ts'
import { ExamApp } from '../support/exam-app.ts'
import { addressesOf, examine } from '../support/exam-run.ts'
import { start } from '../support/server.ts'

const watch: Watch = { heard: {}, taken_at: 1000, now: 1000, entries: [], isDelivered: false, settle_ms: 1500, grace_ms: 30 }

test.each([
  ['nobody has said anything', {}, 60_000],
  ['the driver is told of', { heard: { signal: { signed_in: false } } }, 30],
  ['the driver asks for more', { heard: { asked_at: 1000 } }, 1500],
  ['the driver asked a while ago', { heard: { asked_at: 1000 }, now: 2500 }, 0],
  ['the driver is at it, and nothing came', { heard: { asked_at: 1000, is_at_it: true } }, 60_000],
  ['the driver is at it, and the deed is done', { heard: { asked_at: 1000, is_at_it: true }, isDelivered: true }, 1500],
] as const)('how long is waited when %s', (_, seen, left) => {
  expect(leftOf({ ...watch, ...seen })).toBe(left)
})

test('silence takes a second at least, and is learnt of the honest run', () => {
  expect(settleBy(undefined)).toBe(1000)
  const callback = { endpoint: 'authorize', at_ms: 0, duration_ms: 1, response_headers: { location: 'http://localhost/cb?code=c' } }
  const exchange = (at_ms: number) => ({
    endpoint: 'token',
    client_id: 'exam',
    at_ms,
    duration_ms: 1,
    request_body: { code: 'c' },
    url: '/token',
  })
  const control = (at_ms: number) =>
    ({
      client: { client_id: 'exam' },
      entries: [callback, exchange(at_ms)].map((one) => ({ request_headers: {}, response_headers: {}, url: '/', ...one })),
    }) as unknown as Play
  expect(settleBy(control(300))).toBe(3000)
  expect(settleBy(control(5000))).toBe(10_000)
  expect([undefined, control(2), control(20), control(5000)].map(graceBy)).toEqual([30, 10, 40, 250])
})

const ruleOf = (verdict: object) => ({ judge: () => ({ message: '', evidence: [], ...verdict }) }) as unknown as ArmedRule

test('what follows is left out when requests prove that each rule is kept, and by nothing less', () => {
  const kept = ruleOf({ verdict: 'passed', proof: 'wire' })
  const play = {} as Play
  expect(isKept([kept, kept], play)).toBe(true)
  const others = [
    { verdict: 'passed', proof: 'signal' },
    { verdict: 'failed', proof: 'wire' },
    { verdict: 'not_exercised', reason: 'unused' },
  ]
  expect(others.map((other) => isKept([kept, ruleOf(other)], play))).toEqual([false, false, false])
  expect(isKept([], play)).toBe(false)
})

test('what was to be refused and is taken when its scenario is over fails all the same', () => {
  const playOf = (wants: string, late: boolean) => ({ scenario: { wants }, moments: [{}], entries: late ? [{}] : [] }) as unknown as Play
  const rule = {
    judge: ({ entries }: Play) => ({ verdict: entries.length > 0 ? 'failed' : 'passed', proof: 'wire', message: '', evidence: [] }),
  } as unknown as ArmedRule
  const verdictOf = (wants: string, late: boolean) => {
    const tally = new Tally()
    tally.note(rule, judged(rule, playOf(wants, false)), () => playOf(wants, late))
    return tally.close(undefined).map(([, { verdict }]) => verdict)
  }
  expect(verdictOf('refusal', true)).toEqual(['failed'])
  expect(verdictOf('refusal', false)).toEqual(['passed'])
  // An app that goes on working with what it was given does nothing wrong.
  expect(verdictOf('success', true)).toEqual(['passed'])
})

test('what was said of a login says nothing of the call after it, of which nobody could tell', () => {
  const moments = [{ signal: { signed_in: true } }, { signal: undefined }] as unknown as Play['moments']
  const people = {} as Play['people']
  expect([isIn({ moments, people }), shown({ moments, people })]).toEqual([undefined, undefined])
  expect(isIn({ moments: moments.slice(0, 1), people })).toBe(true)
})

test.each([
  ['a moment ago in another scenario', 65_000, 45_000, 'preempted'],
  ['longer ago than clients pause', 5000, 45_000, 'failed'],
  ['before a pause that was waited for', 65_000, 3000, 'failed'],
])('keys that were fetched %s', (_, fetched_at, patience_ms, outcome) => {
  const rotated = armedRules.find(({ id }) => id === 'keys-rotated')
  const moment = (from: number) => ({ from, to: from + 100, signal: { signed_in: false } })
  const keys = { endpoint: 'jwks', at_ms: 0, duration_ms: 1 }
  const seen = {
    entries: [],
    moments: [moment(69_000), moment(70_000)],
    keys_at: [0, fetched_at],
    patience_ms,
    control: { entries: [keys] },
  }
  const verdict = rotated?.judge({ ...seen, people: {} } as unknown as Play)
  expect(verdict).toMatchObject(outcome === 'failed' ? { verdict: outcome } : { verdict: 'not_exercised', reason: outcome })
})

test('a client that gave up on an answer that nothing held back is not failed for what its machine did', () => {
  const played = (entry: object) => ({ moments: [{}], entries: [entry] }) as unknown as Play
  const rule = (proof: string) => ruleOf({ verdict: 'failed', proof })
  expect(judged(rule('silence'), played({ aborted: true }))).toMatchObject({ verdict: 'not_exercised', reason: 'unstable' })
  expect(judged(rule('signal'), played({ aborted: true }))).toMatchObject({ reason: 'unstable' })
  expect(judged(rule('wire'), played({ aborted: true }))).toMatchObject({ verdict: 'failed' })
  expect(judged(rule('silence'), played({ aborted: true, fault: 'fault-1' }))).toMatchObject({ verdict: 'failed' })
})

test('a failure of timing that does not come again is told with how often it came', async () => {
  const server = await start({ defaultProvider: 'standard' })
  const box = await (await connectGrantbox(server.url)).createSandbox({ provider: 'standard' })
  const app = await new ExamApp({ issuer: box.issuer, ...examClient }).start()
  // The eight calls of the first try alone refresh each for itself.
  let slips = 8
  app.wrong.has = (rule) => rule === 'refresh-single-flight' && slips-- > 0
  const options = { redirect_uri: `${app.url}/callback`, profile: ['oidc'], only: ['refresh-single-flight'] }
  const { rules } = await examine(box, server.url, addressesOf(app.url), options)
  app.close()
  expect(rules).toMatchObject([
    { id: 'refresh-single-flight', verdict: 'failed', message: expect.stringMatching(/So it was in 1 of 3 tries\.$/) },
  ])
})
