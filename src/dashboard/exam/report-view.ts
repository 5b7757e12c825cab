import type { Report, RuleReport } from '../../exam/report.ts'
import { formats } from '../../exam/reports/formats.ts'
import { snippetsOf } from '../../exam/reports/snippets.ts'
import { exhibitLine, titleOf } from '../../exam/reports/text.ts'
import { capital } from '../frame/vendor.ts'

/** What stands on the page when an exam is over. */
export type ReportView = ReturnType<typeof reportView>

const looks = {
  passed: { look: 'good', word: 'passed' },
  failed: { look: 'bad', word: 'failed' },
  not_exercised: { look: '', word: 'not exercised' },
  waived: { look: 'warn', word: 'waived' },
} as const

const labels: Readonly<Record<(typeof formats)[number], string>> = {
  text: 'Text',
  json: 'JSON',
  junit: 'JUnit',
  sarif: 'SARIF',
  html: 'HTML',
}

/** @param base of the sandbox's dashboard */
export function reportView({ exam, rules, counts }: Report, base: string) {
  return {
    exam,
    void: exam.void,
    counts: [
      { count: counts.passed, word: counts.by_silence === 0 ? 'passed' : `passed, ${counts.by_silence} by silence alone` },
      { count: counts.failed, word: counts.failed === 0 ? 'failed' : `failed, ${counts.failed_must} of what must hold` },
      { count: counts.not_exercised, word: 'not exercised' },
      ...(counts.waived === 0 ? [] : [{ count: counts.waived, word: 'waived' }]),
    ],
    failures: rules.filter(({ verdict }) => verdict === 'failed').map((rule) => failure(rule, base)),
    groups: [
      ...Map.groupBy(
        rules.filter(({ verdict }) => verdict !== 'failed'),
        ({ group }) => group,
      ),
    ].map(([group, its]) => ({
      title: capital(titleOf(group)),
      rows: its.map(({ id, verdict, proof, reason, message }) => ({
        id,
        message,
        by: proof ? `by ${proof}` : (reason ?? ''),
        ...looks[verdict],
      })),
    })),
    downloads: formats.map((format) => ({ label: labels[format], href: `${base}/exam/report/${format}` })),
  }
}

function failure({ id, level, source, message, why, mend, evidence }: RuleReport, base: string) {
  const requests = evidence.map((one) => ({ line: exhibitLine(one), id: one.entry, href: `${base}/requests/${one.entry}` }))
  const { wrong, right } = snippetsOf(id) ?? {}
  const snippets = Object.entries({ Wrong: wrong, Right: right }).flatMap(([word, one]) =>
    one === undefined ? [] : [{ word, code: one.code }],
  )
  return { id, level, source, message, why, mend, requests, snippets }
}
