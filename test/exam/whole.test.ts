import { describe, expect, test } from 'vitest'
import { armedRules } from '../../src/exam/armed.ts'
import { examClient } from '../../src/exam/client.ts'
import type { Report } from '../../src/exam/report.ts'
import { planned } from '../../src/exam/run/plan.ts'
import { quickRules } from '../../src/exam/run/quick.ts'
import { connectGrantbox } from '../../src/index.ts'
import { ExamApp } from '../support/exam-app.ts'
import { addressesOf, examine, registrationOf } from '../support/exam-run.ts'
import { startForFile } from '../support/server.ts'

const server = await startForFile({ defaultProvider: 'standard' })
const grantbox = await connectGrantbox(server.url)

/** What is the same each time: times are not. */
const verdictsIn = ({ rules }: Report) =>
  rules.map(({ id, verdict, reason, proof, message }) => [id, verdict, reason ?? proof, message.replace(/\d+(\.\d+)? m?s\b/g, '…')])

/** A whole exam of an app that was started for it. */
async function examineAnew(wanted: Record<string, unknown> = {}, bad: readonly number[] = []): Promise<Report> {
  const box = await grantbox.createSandbox({ provider: 'standard' })
  const app = await new ExamApp({ issuer: box.issuer, comes_back: true, ...examClient }).start()
  const options = { ...registrationOf(app.url), profile: ['oidc'], patience: '3s', ...wanted }
  for (const one of bad) app.bad.add(one)
  try {
    return await examine(box, server.url, addressesOf(app.url), options)
  } finally {
    app.close()
    await box.delete()
  }
}

test('who does all of it right passes all that is exercised, twice alike, and never by silence alone', { timeout: 120_000 }, async () => {
  // An exam waits most of its time: two go beside each other, each of an app and a sandbox of its own.
  const [first, second] = await Promise.all([examineAnew(), examineAnew()])
  expect(first.exam.void).toBeUndefined()
  expect(first.controls.filter(({ ok }) => !ok)).toEqual([])
  expect(first.rules.filter(({ verdict }) => verdict === 'failed')).toEqual([])
  expect(first.rules.filter(({ proof }) => proof === 'silence')).toEqual([])
  expect(verdictsIn(second)).toEqual(verdictsIn(first))
})

test('a quick exam passes all that it tries by 18 logins', async () => {
  const { exam, rules, controls } = await examineAnew({ quick: true })
  expect(exam.void).toBeUndefined()
  const tried = rules.filter(({ group, verdict }) => group !== 'any' && verdict === 'passed')
  expect(tried.map(({ level }) => level)).not.toContain('should')
  expect(controls.map(({ what }) => what)).toEqual(['first', 'sham', 'placebo of token', 'placebo of id_token', 'after all'])
  const recovery = 1
  expect(tried.length - recovery + controls.length).toBe(18)
})

test('an ID token without a kid is tried where one key fits before the keys change, for a client keeps those of before', () => {
  const parts = planned(armedRules, ['oidc'], { profiles: ['oidc'], only: [], quick: false })
  const played = parts.flatMap(({ scenarios }) => scenarios.map(({ scenario }) => scenario))
  const at = played.findIndex(({ steps }) => steps.some((step) => 'arm' in step && step.arm.some((one) => one.id_token === 'no_kid')))
  expect(at).toBeGreaterThan(0)
  expect(played.findIndex(({ steps }) => steps.some((step) => 'rotate' in step))).toBeGreaterThan(at)
})

test('every rule that a quick exam tries is one', () => {
  const musts = armedRules.filter(({ level }) => level === 'must').map(({ id }) => id)
  expect(quickRules.filter((id) => !musts.includes(id))).toEqual([])
})

describe('what is wrong with an honest run', () => {
  const only = ['id-token-iss', 'token-no-repeat-refused']

  test('in a placebo, twice, leaves its group alone without a verdict', async () => {
    // Before: the honest one, then a placebo, a rule and an honest one for the tokens.
    const { rules, controls, exam } = await examineAnew({ only }, [5, 6])
    expect(exam.void).toBeUndefined()
    expect(controls.filter(({ ok }) => !ok).map(({ what }) => what)).toEqual(['placebo of id_token', 'placebo of id_token, again'])
    expect(rules).toMatchObject([
      { id: 'token-no-repeat-refused', verdict: 'passed' },
      { id: 'id-token-iss', verdict: 'not_exercised', reason: 'unstable' },
    ])
  })

  test('once is forgiven, first of all and in a placebo', async () => {
    const { rules, controls, exam } = await examineAnew({ only }, [1, 6])
    expect(exam.void).toBeUndefined()
    expect(controls.filter(({ ok }) => !ok).map(({ what }) => what)).toEqual(['first', 'placebo of id_token'])
    expect(rules.map(({ verdict }) => verdict)).toEqual(['passed', 'passed'])
  })
})
