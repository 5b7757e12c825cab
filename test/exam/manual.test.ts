import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Script } from 'node:vm'
import { expect, test } from 'vitest'
import { armedRules } from '../../src/exam/armed.ts'
import { recovery } from '../../src/exam/recovery.ts'
import { rules } from '../../src/exam/registry.ts'
import type { Report } from '../../src/exam/report.ts'
import { formatted } from '../../src/exam/reports/formats.ts'
import { outcomeOf } from '../../src/exam/reports/outcome.ts'
import { snippetsOf as shownOf } from '../../src/exam/reports/snippets.ts'
import { rulesVersion } from '../../src/exam/versions.ts'
import { sectionsOf } from '../support/markdown.ts'

const path = join(import.meta.dirname, '../../docs/exam.md')
const sections = sectionsOf(path)
const all = [...rules, ...armedRules, recovery]
const ids = new Set(all.map(({ id }) => id))

/** What is wrong and what is right, where a section ends with both. */
function snippetsOf(id: string) {
  const text = sections.find(({ anchor }) => anchor === id)?.text ?? ''
  const [, ...found] = /\n\nWrong:\n\n```(js|http)\n(.*?)\n```\n\nRight:\n\n```(js|http)\n(.*?)\n```\s*$/s.exec(text) ?? []
  const [wrongIn, wrong = '', rightIn, right = ''] = found
  return [
    { language: wrongIn, code: wrong },
    { language: rightIn, code: right },
  ]
}

test('the manual has each rule, with its level, its source, why it matters and how to mend it, and no other', () => {
  const manual = readFileSync(path, 'utf8')
  for (const { id, level, source, why, mend } of all) {
    expect(manual).toContain(`### ${id}\n${level} · ${source}\n\n${why}\n\n**Mend:** ${mend}\n`)
    expect(manual, 'the index').toContain(`[${id}](#${id})`)
  }
  expect(manual.match(/^### .*/gm)?.sort()).toEqual([...ids].map((id) => `### ${id}`).sort())
})

test('the manual has what only an exam tries below the heading of its group', () => {
  const own = [...armedRules, recovery].filter(({ id }) => !rules.some((rule) => rule.id === id))
  for (const { id, group } of own) {
    const section = sections.find(({ anchor }) => anchor === `tried-${group.replaceAll('_', '-')}`)
    expect(section?.text, group).toContain(`\n### ${id}\n`)
  }
})

test.each([...ids])('the manual shows in a few lines what is wrong and what is right: %s', (id) => {
  for (const { language, code } of snippetsOf(id)) {
    const lines = code.split('\n').length
    expect(lines >= 3 && lines <= 8, `${lines} lines: ${code}`).toBe(true)
    if (language === 'js') expect(() => new Script(`(async () => {\n${code}\n})`), code).not.toThrow()
  }
})

test('each rule has a wrong and a right snippet, which reports show beside a failure', () => {
  expect([...ids].filter((id) => shownOf(id) === undefined)).toEqual([])
  expect(shownOf('refresh-single-flight')).toMatchObject({
    wrong: { language: 'js', code: expect.stringContaining('Eight calls at once') },
    right: { language: 'js', code: expect.stringContaining('const running = new Map()') },
  })
  expect(shownOf('acme-once')).toBeUndefined()
})

test.each(['text', 'junit', 'sarif', 'html'] as const)('the manual is led to from a failure in a report of the form %s', (format) => {
  const { id, level, source, why, mend } = recovery
  const report: Report = {
    exam: {
      profile: ['oidc'],
      rules_version: rulesVersion,
      client_id: 'exam',
      sandbox: 'exam',
      started: '2026-01-01T00:00:00.000Z',
      signals: [],
      state: 'done',
    },
    controls: [],
    rules: [{ id, level, source, why, mend, group: 'outage', verdict: 'failed', proof: 'signal', message: 'It stays out.', evidence: [] }],
    counts: { passed: 0, failed: 1, failed_must: 1, not_exercised: 0, waived: 0, by_silence: 0 },
  }
  const outcome = outcomeOf(report, { fail_on: 'must' }, Date.UTC(2026, 0, 1))
  const text = formatted(format, report, outcome)
  expect(text).toContain('docs/exam.md#outage-recovers')
  if (format === 'html') expect(text).toMatch(/<details><summary>Wrong and right<\/summary><p>Wrong:<\/p><pre>/)
  if (format === 'sarif') {
    const { version, rules } = JSON.parse(text).runs[0].tool.driver
    expect(version).toMatch(/^\d+\.\d+\.\d+/)
    expect(rules[0].help.markdown).toMatch(/Wrong:\n\n```js\n[\s\S]+Right:\n\n```js\n/)
  }
})
