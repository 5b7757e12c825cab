import { readFileSync } from 'node:fs'

/** A heading of a page with all that stands below it, subsections included. */
export interface Section {
  /** As links name it. */
  anchor: string
  text: string
}

/** The sections of a page; code is no heading. */
export function sectionsOf(path: string): Section[] {
  const text = readFileSync(path, 'utf8')
  const code = text.replaceAll(/^```[\s\S]*?^```$/gm, (block) => ' '.repeat(block.length))
  const headings = [...code.matchAll(/^(#+) (.*)$/gm)].map(({ index, 0: line, 1: marks = '' }) => ({ index, depth: marks.length, line }))
  const seen = new Map<string, number>()
  return headings.map(({ index, depth }, at) => {
    const title = text.slice(index, text.indexOf('\n', index)).replace(/^#+ /, '')
    const end = headings.slice(at + 1).find((other) => other.depth <= depth)?.index ?? text.length
    const anchor = slug(title)
    const times = seen.get(anchor) ?? 0
    seen.set(anchor, times + 1)
    return { anchor: times === 0 ? anchor : `${anchor}-${times}`, text: text.slice(index, end) }
  })
}

/** What links may name on a page: its headings, and places that have a name of their own. */
export function anchorsOf(path: string): string[] {
  const places = [...readFileSync(path, 'utf8').matchAll(/<a id="([^"]+)">/g)].map(([, id = '']) => id)
  return [...sectionsOf(path).map(({ anchor }) => anchor), ...places]
}

/** As the host of the repository makes them of headings. */
function slug(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/g, '-')
}

/** The links of a page to files and headings, but not those in its code. */
export function linksOf(text: string): string[] {
  const prose = text.replaceAll(/^```[\s\S]*?^```$/gm, '').replaceAll(/`[^`\n]*`/g, '')
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = '']) => (/^[a-z]+:/.test(link) ? [] : [link]))
}
