import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageFolder } from '../../basics/package.ts'

/** Code that breaks a rule, or keeps it. */
export interface Snippet {
  /** What it is written in, such as `js` or `http`. */
  readonly language: string
  readonly code: string
}

/** What the manual shows of a rule. */
export interface Snippets {
  readonly wrong: Snippet
  readonly right: Snippet
}

const fence = '```(\\w+)\\n([\\s\\S]*?)\\n```'
const both = new RegExp(`^Wrong:\\n\\n${fence}\\n\\nRight:\\n\\n${fence}`, 'm')

/** By the rules' ids; read when somebody first asks. */
let known: ReadonlyMap<string, Snippets> | undefined

/** The two snippets of a rule's section in the manual; undefined for a vendor's own, which has none. */
export function snippetsOf(id: string): Snippets | undefined {
  known ??= new Map(sectionsOf(readFileSync(join(packageFolder, 'docs/exam.md'), 'utf8')))
  return known.get(id)
}

function sectionsOf(manual: string): [string, Snippets][] {
  return manual.split(/^### /m).flatMap((section): [string, Snippets][] => {
    const [, ofWrong = '', wrong = '', ofRight = '', right = ''] = both.exec(section) ?? []
    const id = section.split('\n', 1)[0] ?? ''
    return wrong === '' ? [] : [[id, { wrong: { language: ofWrong, code: wrong }, right: { language: ofRight, code: right } }]]
  })
}
