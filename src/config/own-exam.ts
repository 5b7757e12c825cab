import { z } from 'zod'
import { closest } from '../basics/closest.ts'
import { readBySchema } from '../basics/read-by-schema.ts'
import { levels } from '../exam/level.ts'
import { type Profile, profiles } from '../exam/profiles.ts'
import { type Format, formats } from '../exam/reports/formats.ts'
import { ruleIds } from '../exam/rule-ids.ts'
import { vendorRules } from '../exam/vendor.ts'
import { rulesVersions } from '../exam/versions.ts'
import type { Provider } from '../providers/provider.ts'
import { allProviders } from '../providers/registry.ts'
import { type ConfigProblem, configProblem } from './error.ts'

const text = z.string().min(1)
const profile = z.enum(Object.keys(profiles) as [Profile, ...Profile[]])
const fileNames = Object.fromEntries(formats.map((format) => [format, text.optional()])) as Record<Format, z.ZodOptional<z.ZodString>>

/** How the app that lies beside a config file is examined: what flags of `grantbox exam` say, and what is waived. */
export const ownExamSchema = z
  .strictObject({
    signed_in: text.describe("What the app answers to somebody who is signed in, such as 'GET /me is 200'."),
    whoami: text.describe("Where the app says who is signed in, such as 'GET /me json /sub'."),
    api: text.describe('An address of the app that calls an API with its tokens.'),
    logout: text.describe('Where the app signs out.'),
    return_to: text.describe("The parameter of the login's address that says where to go afterwards."),
    ready: text.describe('Answers when the app that is started is ready.'),
    redirect_uri: text,
    client: text.describe('A client that is there.'),
    sandbox: text.describe('The sandbox where it takes place.'),
    profile: z.array(profile).min(1).or(profile).describe('What the app is; guessed when absent.'),
    only: z.array(text).min(1).describe('These rules or groups alone.'),
    waive: z.record(z.string(), text).describe('Rules that are not held against the app, each with the reason.'),
    patience: text.describe('How long an answer is held back at most, such as "15s".'),
    fail_on: z.enum(levels).describe('The least level at which a failure ends with 1.'),
    require: z.int().min(0).max(100).describe('Ends with 4 when fewer percent of the musts were exercised.'),
    rules: z.enum(rulesVersions).describe('The rules as they were in this version.'),
    known: text.describe('The file of failures that are let pass.'),
    report: z.strictObject(fileNames).describe('Files that the report is written to, by its form.'),
    sarif_file: text.describe('The file of the app that the findings of the SARIF report stand at.'),
  })
  .partial()

/** What a config file says of the app that is examined, and where that stands. */
export interface OwnExam {
  readonly said: z.output<typeof ownExamSchema>
  /** How problems name the file. */
  readonly label: string
  /** Where its paths begin. */
  readonly folder: string
}

/**
 * Reads the `exam` of a config file.
 * @param own the providers that the file declares, with rules of their own
 */
export async function readOwnExam(
  exam: unknown,
  { label, folder }: Omit<OwnExam, 'said'>,
  own: readonly Provider[],
): Promise<{ exam?: OwnExam; problems: ConfigProblem[] }> {
  const { data: said, problems = [] } = readBySchema(ownExamSchema, exam)
  if (said === undefined) return { problems: problems.map((problem) => configProblem(problem, label, ['exam'])) }
  const others = Object.keys(said.waive ?? {}).filter((id) => !ruleIds.includes(id))
  const vendors = others.length === 0 ? [] : [...(await allProviders()), ...own]
  const known = [...ruleIds, ...vendors.flatMap(({ exam = {}, name }) => vendorRules(exam, name).map(({ id }) => id))]
  const unknown = others.filter((id) => !known.includes(id))
  return {
    exam: { said, label, folder },
    problems: unknown.map((id) => {
      const near = closest(id, known)
      const hint = near === undefined ? '' : `; did you mean ${near}?`
      return { where: `${label}: exam.waive.${id}`, message: `expected a rule of docs/exam.md, got ${JSON.stringify(id)}${hint}` }
    }),
  }
}
