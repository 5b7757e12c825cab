import { expect, test } from 'vitest'
import { sharesOf } from '../../src/cli/exam/lanes.ts'
import { armedRules } from '../../src/exam/armed.ts'
import { merged } from '../../src/exam/merge.ts'
import type { Report, RuleReport } from '../../src/exam/report.ts'

const armed = new Set(armedRules.map(({ id }) => id))
const wanted = { profiles: ['oidc'], only: [], quick: false } as const

test('the rules of an exam are shared out in their order, each once, with about as many logins each', () => {
  const [whole = []] = sharesOf(wanted, ['signed_in'], 1)
  const shares = sharesOf(wanted, ['signed_in'], 4)
  expect(shares.flat().filter((id) => armed.has(id))).toEqual(whole.filter((id) => armed.has(id)))
  const logins = shares.map((ids) => armedRules.reduce((sum, { id, scenarios }) => sum + (ids.includes(id) ? scenarios.length : 0), 0))
  expect(Math.max(...logins) - Math.min(...logins)).toBeLessThan(8)
  expect(shares.map((ids) => ids.filter((id) => !armed.has(id)))).toEqual([
    ['any', 'outage-recovers', 'vendor'],
    ...Array(3).fill(['any', 'outage-recovers']),
  ])
})

test.each([
  ['no more of them than rules', { ...wanted, only: ['callback-once', 'request-pkce'] }, [['callback-once', 'request-pkce']]],
  ['one where no armed rule is wanted', { ...wanted, only: ['request-pkce'] }, [['request-pkce']]],
])('there are %s', (_, some, shares) => {
  expect(sharesOf(some, ['signed_in'], 4)).toEqual(shares)
})

test('a quick exam is the same in several shares', () => {
  const quick = { ...wanted, quick: true }
  const of = (count: number) =>
    sharesOf(quick, ['signed_in'], count)
      .flat()
      .filter((id) => armed.has(id))
      .sort()
  expect(of(3)).toEqual(of(1))
  expect(of(3)).toHaveLength(13)
})

const rule = (id: string, verdict: RuleReport['verdict'], group = 'any'): RuleReport => ({
  ...{ id, verdict, group, level: 'must', message: '', source: '', why: '', mend: '', evidence: [] },
})

const report = (rules: RuleReport[], isVoid?: string) =>
  ({ exam: { state: 'done', ...(isVoid !== undefined && { void: isVoid }) }, controls: [{ what: 'first' }], rules }) as unknown as Report

test('one report has what was tried in each, and of what each shows the worst', () => {
  const first = report([rule('a', 'passed', 'callback'), rule('x', 'passed'), rule('y', 'not_exercised'), rule('b', 'passed')])
  const second = report([rule('b', 'not_exercised', 'refresh'), rule('x', 'failed'), rule('y', 'passed')])
  const { rules, controls, counts } = merged([first, second])
  expect(rules.map(({ id, verdict, group }) => [id, verdict, group])).toEqual([
    ['a', 'passed', 'callback'],
    ['b', 'not_exercised', 'refresh'],
    ['x', 'failed', 'any'],
    ['y', 'passed', 'any'],
  ])
  expect(controls).toHaveLength(2)
  expect(counts).toMatchObject({ passed: 2, failed: 1, not_exercised: 1 })
})

test('it is void when one of them is', () => {
  expect(merged([report([]), report([], 'nobody logged in')]).exam.void).toBe('nobody logged in')
})
