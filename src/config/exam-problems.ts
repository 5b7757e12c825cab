import { closest } from '../basics/closest.ts'
import { readBySchema } from '../basics/read-by-schema.ts'
import type { Provider } from '../providers/provider.ts'
import type { VendorExam } from '../providers/vendor-exam.ts'
import { settingsSchema } from '../sandbox/settings-schema.ts'
import { type ConfigProblem, configProblem } from './error.ts'
import { repeated } from './world-problems.ts'

/** What is wrong with a declared provider's exam: rules that there are not, ids that are taken, settings that it does not take. */
export function examProblems(provider: Provider, exam: VendorExam | undefined, label: string, ruleIds: readonly string[]): ConfigProblem[] {
  if (exam === undefined) return []
  const path = ['providers', provider.id, 'exam']
  const where = `${label}: ${path.join('.')}`
  const { must = [], waive = {}, rules = [] } = exam
  const named = [
    ...must.map((id, index) => [`must[${index}]`, id] as const),
    ...Object.keys(waive).map((id) => [`waive.${id}`, id] as const),
  ]
  const unknown = named
    .filter(([, id]) => !ruleIds.includes(id))
    .map(([at, id]) => {
      const near = closest(id, ruleIds)
      return {
        where: `${where}.${at}`,
        message: `expected a rule of docs/exam.md, got ${JSON.stringify(id)}${near === undefined ? '' : `; did you mean ${near}?`}`,
      }
    })
  const own = rules.map(({ id }, index) => [`${where}.rules[${index}].id`, id] as const)
  const taken = own
    .filter(([, id]) => ruleIds.includes(id))
    .map(([at, id]) => ({ where: at, message: `expected an id that no rule of docs/exam.md has, got "${id}"` }))
  const wrong = rules.flatMap(({ when }, index) => {
    const { problems = [] } = readBySchema(settingsSchema(provider), when?.settings ?? {})
    return problems.map((problem) => configProblem(problem, label, [...path, `rules[${index}]`, 'when', 'settings']))
  })
  return [
    ...unknown,
    ...taken,
    ...repeated(
      'an id',
      'rule',
      own.map(([at, id]) => [at, id]),
    ),
    ...wrong,
  ]
}
