import { page } from './page.ts'
import type { PageVisit } from './visit.ts'

interface Question {
  heading: string
  /** What goes with it. */
  lines: readonly string[]
  /** Where the form is posted, below the visit's pages. */
  path: string
  /** What is posted there. */
  fields?: Readonly<Record<string, string>>
  button: string
  /** Where whoever keeps it goes. */
  back: string
  /** Set when nothing is lost by it. */
  isHarmless?: true
}

const confirmPage = page<Omit<Question, 'path'> & { action: string }>('confirm')

/** Asks before something is deleted, or given. */
export function confirm(visit: PageVisit, { path, back, ...question }: Question) {
  const [action, keep] = [visit.base + path, visit.base + back]
  return visit.show(confirmPage, { title: question.heading.replace(/\?$/, ''), ...question, action, back: keep })
}
