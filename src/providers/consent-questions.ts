import type { Parameters } from '../oauth/model/parameters.ts'
import type { Client, User } from '../oauth/model/records.ts'
import type { Realm } from '../oauth/realm/context.ts'

/** A line of text that a user may edit, or one choice of several, on the page on which he lets an app in. */
export interface ConsentQuestion {
  readonly name: string
  readonly label: string
  /** What stands there, or is chosen, until the user changes it. */
  readonly value: string
  readonly choices?: readonly { readonly value: string; readonly label: string }[]
  /** They may be many: they stand in a menu, and not beside each other. */
  readonly menu?: true
}

/** Who is asked, and for what. */
export interface ConsentSituation {
  readonly user: User
  readonly client: Client
  readonly scope: string
  /** What is kept of the request beside what the RFCs know. */
  readonly parameters: Parameters
  readonly realm: Pick<Realm, 'documents' | 'settings'>
}

/** What a vendor asks there beside whether the app is let in, and what becomes of it. */
export interface ConsentQuestions {
  of(situation: ConsentSituation): readonly ConsentQuestion[]
  /** The user let the app in. @param answers by the questions' names; only what a question can be answered with */
  answered?(answers: Parameters, situation: ConsentSituation): void
  /** Whether the answers take the place of the request's parameters of their names. */
  readonly kept?: true
}

/** What a form says in answer to questions: texts of a name's length, and choices that were offered. */
export function answersIn(form: Parameters, questions: readonly ConsentQuestion[]): Readonly<Record<string, string>> {
  const answers = questions.flatMap(({ name, choices }) => {
    const said = form[name]?.trim()
    if (said === undefined) return []
    const fits = choices === undefined ? said.length <= 100 : choices.some(({ value }) => value === said)
    return fits ? [[name, said]] : []
  })
  return Object.fromEntries(answers)
}
