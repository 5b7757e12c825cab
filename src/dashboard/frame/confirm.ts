import { page } from './page.ts'
import type { PageVisit } from './visit.ts'

interface Question {
  heading: string
  /** What goes with it. */
  lines: readonly string[]
  /** Where the form is posted, below the visit's pages. */
  path: string
  button: string
  /** Where whoever keeps it goes. */
  back: string
}

const confirmPage = page<Omit<Question, 'path'> & { action: string }>('confirm')

/** Asks before something is deleted. */
export function confirm(visit: PageVisit, { heading, lines, path, button, back }: Question) {
  const [action, keep] = [visit.base + path, visit.base + back]
  return visit.show(confirmPage, { title: heading.replace(/\?$/, ''), heading, lines, action, button, back: keep })
}
