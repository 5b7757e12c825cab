import { version } from '../../basics/package.ts'
import type { Report, RuleReport } from '../report.ts'
import { snippetsOf } from './snippets.ts'
import { exhibitLine, sectionOf } from './text.ts'

const levelOf = { must: 'error', should: 'warning', hint: 'note' } as const

/**
 * A report as SARIF 2.1.0.
 * @param file the file of the app that signs users in: code scanning shows only what has one
 */
export function sarifReport({ exam, rules }: Report, file?: string): string {
  const failed = rules.filter(({ verdict }) => verdict === 'failed')
  const results = failed.map(({ id, level, message, mend, evidence }) => ({
    ruleId: id,
    ruleIndex: rules.findIndex((rule) => rule.id === id),
    level: levelOf[level],
    message: { text: `${message} ${mend}` },
    locations: file === undefined ? [] : [{ physicalLocation: { artifactLocation: { uri: file }, region: { startLine: 1 } } }],
    relatedLocations: evidence.map((one, index) => ({
      id: index,
      message: { text: exhibitLine(one) },
      logicalLocations: [{ name: `${one.method} ${one.path}`, kind: 'resource' }],
    })),
    partialFingerprints: { 'grantboxExam/v1': `${id}:${exam.client_id}` },
  }))
  const descriptors = rules.map(({ id, group, level, source, why, mend }) => ({
    id,
    shortDescription: { text: why },
    fullDescription: { text: `${why} ${source}.` },
    help: { text: `${mend} (${sectionOf({ id, group })})`, markdown: helpOf({ id, why, mend }) },
    defaultConfiguration: { level: levelOf[level] },
  }))
  const driver = { name: 'grantbox exam', version: version(), rules: descriptors }
  const trouble = exam.void === undefined ? {} : { toolExecutionNotifications: [{ level: 'error', message: { text: exam.void } }] }
  const invocations = [{ executionSuccessful: exam.void === undefined, ...trouble }]
  const run = { tool: { driver }, invocations, results, properties: { rulesVersion: exam.rules_version, profile: exam.profile } }
  const log = { $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [run] }
  return `${JSON.stringify(log, null, 2)}\n`
}

/** What a code scanner shows beside a finding: the manual's section of the rule. */
function helpOf({ id, why, mend }: Pick<RuleReport, 'id' | 'why' | 'mend'>): string {
  const { wrong, right } = snippetsOf(id) ?? {}
  const code = Object.entries({ Wrong: wrong, Right: right }).flatMap(([word, snippet]) =>
    snippet === undefined ? [] : [`${word}:`, `\`\`\`${snippet.language}\n${snippet.code}\n\`\`\``],
  )
  return [why, `**Mend:** ${mend}`, ...code].join('\n\n')
}
