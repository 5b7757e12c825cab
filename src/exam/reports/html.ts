import type { Report, RuleReport } from '../report.ts'
import { escapeXml } from './escape-xml.ts'
import { snippetsOf } from './snippets.ts'
import { exhibitLine, sectionOf, titleOf } from './text.ts'

/** A report as a page of its own, without scripts and without anything from elsewhere. */
export function htmlReport(report: Report): string {
  const { exam, counts, rules } = report
  const failed = rules.filter(({ verdict }) => verdict === 'failed')
  const groups = [...Map.groupBy(rules, ({ group }) => group)]
  const body = [
    `<h1>Exam of <code>${escapeXml(exam.client_id)}</code></h1>`,
    `<p>Profile ${escapeXml(exam.profile.join(', '))}${exam.guessed === undefined ? '' : `, guessed: ${escapeXml(exam.guessed)}`}${exam.vendor === undefined ? '' : ` · with the rules of ${escapeXml(exam.vendor)}`} · rules ${exam.rules_version}${exam.rules_newer === undefined ? '' : ` (${exam.rules_newer} newer ones left out)`} · ${escapeXml(exam.started.slice(0, 16).replace('T', ' '))} UTC</p>`,
    exam.void === undefined ? '' : `<p class="void"><strong>Void:</strong> ${escapeXml(exam.void)}. Nothing can be said of the client.</p>`,
    `<p class="counts"><span class="passed">${counts.passed} passed</span> <span class="failed">${counts.failed} failed</span> <span>${counts.not_exercised} not exercised</span> <span>${counts.waived} waived</span> <span>${counts.by_silence} by silence alone</span></p>`,
    ...(failed.length === 0 ? [] : ['<h2>Failed</h2>', ...failed.map(failure)]),
    ...groups.map(([group, its]) => `<h2>${escapeXml(titleOf(group))}</h2>${table(its)}`),
  ].join('\n')
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Exam of ${escapeXml(exam.client_id)}</title><style>${style}</style></head><body><main>\n${body}\n</main></body></html>\n`
}

function failure(rule: RuleReport): string {
  const { id, level, message, source, why, mend, evidence } = rule
  const lines = evidence.map((one) => escapeXml(exhibitLine(one))).join('\n')
  const wire = evidence.length === 0 ? '' : `<details><summary>The requests</summary><pre>${lines}</pre></details>`
  return `<section id="${id}"><h3><code>${id}</code> <small>${level} · ${escapeXml(source)}</small></h3><p>${escapeXml(message)}</p>${wire}<p><strong>Why:</strong> ${withCode(why)}</p><p><strong>Mend:</strong> ${withCode(mend)}</p>${snippets(id)}<p><strong>See:</strong> <code>${sectionOf(rule)}</code></p></section>`
}

/** What the manual shows of a rule. */
function snippets(id: string): string {
  const found = snippetsOf(id)
  if (found === undefined) return ''
  const shown = Object.entries({ Wrong: found.wrong, Right: found.right }).map(
    ([word, { code }]) => `<p>${word}:</p><pre>${escapeXml(code)}</pre>`,
  )
  return `<details><summary>Wrong and right</summary>${shown.join('')}</details>`
}

const words = { passed: 'passed', failed: 'failed', not_exercised: 'not exercised', waived: 'waived' } as const

function table(rules: readonly RuleReport[]): string {
  const rows = rules.map(({ id, verdict, proof, reason, message }) => {
    const by = proof === undefined ? (reason ?? '') : `by ${proof}`
    return `<tr><td><code>${id}</code></td><td class="${verdict}">${words[verdict]}</td><td>${escapeXml(by)}</td><td>${escapeXml(message)}</td></tr>`
  })
  return `<table><thead><tr><th>Rule</th><th>Verdict</th><th></th><th>What was seen</th></tr></thead><tbody>${rows.join('')}</tbody></table>`
}

const style = `:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}main{max-width:70rem;margin:0 auto;padding:1rem}table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #8884;vertical-align:top}pre{overflow-x:auto;padding:.6rem;background:#8882}.counts span{display:inline-block;margin-right:1.2rem}h3 small{font-weight:400}.failed,.void{color:light-dark(#a40018,#ff9aa5);font-weight:600}.passed{color:light-dark(#0a6b2d,#7fe0a0)}section{border-left:4px solid light-dark(#a40018,#ff9aa5);padding-left:1rem;margin:1rem 0}code{overflow-wrap:anywhere}`

/** What stands between backticks is code. */
function withCode(text: string): string {
  return escapeXml(text).replace(/`([^`]+)`/g, '<code>$1</code>')
}
