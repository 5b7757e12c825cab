import type { Evidence, Report, RuleReport } from '../report.ts'
import { seconds } from '../words.ts'
import type { Outcome } from './outcome.ts'

/** How a report is written for a terminal. */
export interface TextOptions {
  /** Each rule that passed and each that was not exercised has its line. */
  readonly verbose?: boolean
  /** By which the failures of a terminal stand out; words say the same. */
  readonly colours?: boolean
  /** The command with which one rule is tried again. */
  readonly again?: (rule: string) => string
}

const red = '\u001B[31m'
const green = '\u001B[32m'
const dim = '\u001B[2m'
const plain = '\u001B[0m'

/** A report for people who look at a terminal or a log. */
export function textReport(report: Report, outcome: Outcome, { verbose = false, colours = false, again }: TextOptions = {}): string {
  const paint = (colour: string, text: string) => (colours ? `${colour}${text}${plain}` : text)
  const { exam, rules, counts } = report
  const guessed = exam.guessed === undefined ? '' : ` (guessed: ${exam.guessed})`
  const vendor = exam.vendor === undefined ? '' : ` · with the rules of ${exam.vendor}`
  const lines = [
    `grantbox exam · profile ${exam.profile.join(', ') || 'none'}${guessed}${vendor} · client ${exam.client_id}`,
    controlsLine(report),
  ]
  if (exam.rules_newer !== undefined) lines.push(`rules     of version ${exam.rules_version}: ${exam.rules_newer} newer ones are left out`)
  if (exam.void !== undefined) {
    lines.push(
      '',
      paint(red, `VOID  ${exam.void}.`),
      'Nothing can be said of the client: see to it that an honest login works, then try again.',
    )
    return `${lines.join('\n')}\n`
  }
  for (const [group, its] of Map.groupBy(rules, ({ group }) => group)) {
    const shown = its.filter(({ verdict }) => verbose || verdict === 'failed' || verdict === 'waived')
    if (shown.length === 0) continue
    lines.push('', titleOf(group))
    for (const rule of shown) lines.push(...ruleLines(rule, paint))
  }
  const silent = verbose ? '' : ` ${paint(dim, '(--verbose shows them)')}`
  lines.push(
    '',
    `${paint(green, `${counts.passed} passed`)} (${counts.by_silence} by silence alone)${silent} · ${counts.failed > 0 ? paint(red, failedWords(report)) : '0 failed'} · ${counts.not_exercised} not exercised · ${counts.waived} waived`,
    ...notLookedAt(report),
    ...outcome.excused.map(({ id }) => `Known and let pass: ${id}`),
    ...outcome.mended.map((id) => `${id} is known as a failure and passed: take it off the list.`),
  )
  const [first] = outcome.failures
  if (first !== undefined && again !== undefined) lines.push(`Again: ${again(first.id)}`)
  return `${lines.join('\n')}\n`
}

function failedWords({ counts: { failed, failed_must } }: Report): string {
  return `${failed} FAILED (${failed_must} must)`
}

function controlsLine({ controls }: Report): string {
  const [first] = controls
  const named = new Map(controls.map((one) => [one.what, one]))
  const parts = [
    first === undefined ? 'no honest login yet' : `honest login ${first.ok ? `signed in, ${seconds(first.took_ms)}` : 'FAILED'}`,
    ...(named.has('sham') ? [named.get('sham')?.ok ? 'a denied one refused' : 'a denied one WENT THROUGH'] : []),
    `${controls.filter(({ ok, what }) => ok && what !== 'sham').length} honest runs`,
  ]
  return `control   ${parts.join(' · ')}`
}

/** What was not looked at, by its reason. */
function notLookedAt({ rules }: Report): string[] {
  const missed = rules.filter(({ verdict }) => verdict === 'not_exercised')
  return [...Map.groupBy(missed, ({ reason }) => reason)].map(
    ([reason, its]) => `Not exercised, ${reason}: ${its.map(({ id }) => id).join(', ')}`,
  )
}

const words = { passed: 'passed  ', failed: 'FAILED  ', not_exercised: 'not ex. ', waived: 'waived  ' } as const

function ruleLines(rule: RuleReport, paint: (colour: string, text: string) => string): string[] {
  const { id, verdict, level, source, message, why, mend, evidence, proof, reason } = rule
  const head = `  ${paint(verdict === 'failed' ? red : verdict === 'passed' ? green : dim, words[verdict])}  ${id.padEnd(28)}`
  if (verdict !== 'failed') return [`${head}${proof === undefined ? (reason ?? '') : `by ${proof}`}: ${message}`]
  const indent = ' '.repeat(11)
  return [
    `${head}${level} · ${source}`,
    `${indent}${message}`,
    ...evidence.map((one) => `${indent}  ${exhibitLine(one)}`),
    `${indent}Why   ${why}`,
    `${indent}Mend  ${mend}`,
    `${indent}${paint(dim, sectionOf(rule))}`,
  ]
}

/** Where the manual shows what is wrong and what is right. */
export const sectionOf = ({ id, group }: Pick<RuleReport, 'id' | 'group'>) =>
  `docs/exam.md#${group === 'vendor' ? 'a-vendors-own-rules' : id}`

/** A request in one line. */
export function exhibitLine({ entry, role, method, path, status, at_ms, asked, answered }: Evidence): string {
  const members = (all: Readonly<Record<string, string>>) =>
    Object.entries(all)
      .map(([name, value]) => `${name}=${value}`)
      .join(' ')
  const answer = members(answered)
  const when = role === 'control' ? 'in an honest run' : at_ms > 0 ? `${seconds(at_ms)} later` : ''
  return [
    `#${entry}`.padEnd(6),
    method.padEnd(5),
    path,
    members(asked),
    `→ ${status === 0 ? 'no answer' : status}`,
    answer,
    when && `(${when})`,
  ]
    .filter((part) => part !== '')
    .join(' ')
}

/** A group's name for people. */
export function titleOf(group: string): string {
  return group === 'any' ? 'any traffic' : group.replace('_', ' ')
}
