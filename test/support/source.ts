import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')

/** A file of the program. */
export interface SourceFile {
  /** From the root of the repository. */
  path: string
  text: string
}

/** Every source file of the program. */
export function sourceFiles(): SourceFile[] {
  return readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => ({ path: `src/${path.replaceAll('\\', '/')}`, text: readFileSync(join(root, 'src', path), 'utf8') }))
}

/**
 * The text without comments and without the contents of strings; regular expressions stay.
 * @returns the code, and the regular expressions in it
 */
export function readCode(text: string): { code: string; patterns: { source: string; flags: string }[] } {
  const patterns: { source: string; flags: string }[] = []
  let code = ''
  let at = text.startsWith('#!') ? endOf(text, '\n', 0) : 0
  /** Braces that are open inside of a template's `${`. */
  const templates: number[] = []
  let braces = 0
  const template = () => {
    while (at < text.length && text[at] !== '`') {
      if (text[at] === '\\') at += 2
      else if (text.startsWith('${', at)) {
        templates.push(braces)
        at += 2
        code += '${'
        return
      } else at++
    }
    at++
    code += '`'
  }
  while (at < text.length) {
    const rest = text.slice(at, at + 2)
    const character = text[at] ?? ''
    if (rest === '//') at = endOf(text, '\n', at)
    else if (rest === '/*') at = endOf(text, '*/', at) + 2
    else if (character === "'" || character === '"') {
      let end = at + 1
      while (text[end] !== character) end += text[end] === '\\' ? 2 : 1
      code += character + character
      at = end + 1
    } else if (character === '`') {
      code += '`'
      at++
      template()
    } else if (character === '}' && templates.at(-1) === braces) {
      templates.pop()
      code += '}'
      at++
      template()
    } else if (character === '/' && /(^|[=(,:;!&|?{}[\n>]|\breturn|\bcase)\s*$/.test(code.slice(-40))) {
      const pattern = /^\/((?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+)\/([a-z]*)/.exec(text.slice(at))
      if (pattern === null) throw new Error(`no regular expression: ${text.slice(at, at + 60)}`)
      patterns.push({ source: pattern[1] ?? '', flags: pattern[2] ?? '' })
      code += pattern[0]
      at += pattern[0].length
    } else {
      if (character === '{') braces++
      if (character === '}') braces--
      code += character
      at++
    }
  }
  return { code, patterns }
}

function endOf(text: string, what: string, from: number): number {
  const found = text.indexOf(what, from)
  return found < 0 ? text.length : found
}
