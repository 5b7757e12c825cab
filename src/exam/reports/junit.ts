import type { Report, RuleReport } from '../report.ts'
import { escapeXml } from './escape-xml.ts'
import { exhibitLine, sectionOf, titleOf } from './text.ts'

/** A report as JUnit's XML: a suite for each group, a case for each rule; the honest runs are cases too. */
export function junitReport({ exam, rules, controls, counts }: Report): string {
  const suites = [...Map.groupBy(rules, ({ group }) => group)].map(([group, its]) => suite(titleOf(group), its.map(ruleCase)))
  const honest = controls.map(({ what, ok, took_ms }) => {
    const failure = ok
      ? ''
      : element('failure', { message: what === 'sham' ? 'a login that the server denied went through' : 'an honest login failed' })
    return { xml: testCase(`control: ${what}`, 'control', failure, took_ms / 1000), failed: !ok, skipped: false }
  })
  const isVoid =
    exam.void === undefined
      ? []
      : [{ xml: testCase('exam', 'control', element('error', { message: exam.void })), failed: true, skipped: false }]
  const all = [suite('control', [...honest, ...isVoid]), ...suites].join('\n')
  const failures = counts.failed + [...honest, ...isVoid].filter(({ failed }) => failed).length
  const tests = rules.length + honest.length + isVoid.length
  const head = attributes({ name: 'grantbox exam', tests, failures, skipped: counts.not_exercised + counts.waived })
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ${head}>\n${all}\n</testsuites>\n`
}

interface Case {
  readonly xml: string
  readonly failed: boolean
  readonly skipped: boolean
}

function suite(name: string, cases: readonly Case[]): string {
  const count = (is: (one: Case) => boolean) => cases.filter(is).length
  const head = attributes({ name, tests: cases.length, failures: count(({ failed }) => failed), skipped: count(({ skipped }) => skipped) })
  return `<testsuite ${head}>\n${cases.map(({ xml }) => xml).join('\n')}\n</testsuite>`
}

function ruleCase(rule: RuleReport): Case {
  const { id, group, verdict, level, message, source, why, mend, evidence, reason } = rule
  if (verdict === 'failed') {
    const text = [
      message,
      ...evidence.map(exhibitLine),
      `Why: ${why}`,
      `Mend: ${mend}`,
      `Source: ${source}`,
      `See: ${sectionOf(rule)}`,
    ].join('\n')
    return { xml: testCase(id, group, element('failure', { message, type: level }, text)), failed: true, skipped: false }
  }
  if (verdict === 'passed') return { xml: testCase(id, group, ''), failed: false, skipped: false }
  const why_not = verdict === 'waived' ? `waived: ${message}` : `${reason}: ${message}`
  return { xml: testCase(id, group, element('skipped', { message: why_not })), failed: false, skipped: true }
}

function testCase(name: string, group: string, inner: string, time = 0): string {
  const head = attributes({ name, classname: `grantbox.exam.${group}`, time: time.toFixed(3) })
  return inner === '' ? `  <testcase ${head}/>` : `  <testcase ${head}>${inner}</testcase>`
}

function element(name: string, members: Readonly<Record<string, unknown>>, text = ''): string {
  return text === '' ? `<${name} ${attributes(members)}/>` : `<${name} ${attributes(members)}>${escapeXml(text)}</${name}>`
}

function attributes(members: Readonly<Record<string, unknown>>): string {
  return Object.entries(members)
    .map(([name, value]) => `${name}="${escapeXml(String(value))}"`)
    .join(' ')
}
