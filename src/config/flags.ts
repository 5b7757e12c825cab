import { parseArgs } from 'node:util'
import { closest } from '../basics/closest.ts'
import type { ConfigProblem } from './error.ts'

/** A flag as `--help` shows it. One without `value` is a switch. */
export interface Flag {
  value?: string
  /** Given again, it counts with commas between. */
  repeatable?: true | undefined
  description: string
}

/** Flags by name, without the dashes. */
export type Flags = Readonly<Record<string, Flag>>

/** What the command line said. A flag given twice counts as its last value, unless it is repeatable; a switch counts as an empty text. */
export interface ParsedFlags {
  values: ReadonlyMap<string, string>
  problems: readonly ConfigProblem[]
}

/**
 * Reads flags as strictly as `parseArgs` with `strict` does, but collects every problem instead of throwing at the first,
 * and says what was probably meant.
 */
export function parseFlags(argv: readonly string[], known: Flags): ParsedFlags {
  const values = new Map<string, string>()
  const problems: ConfigProblem[] = []
  const options = Object.fromEntries(
    Object.entries(known).map(([name, flag]) => [name, { type: flag.value === undefined ? 'boolean' : 'string' } as const]),
  )
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true })
  let unknownAt = -1
  for (const token of tokens) {
    if (token.kind === 'positional') {
      // What follows an unknown flag was meant as its value.
      if (unknownAt >= 0 && token.index === unknownAt + 1) continue
      problems.push({ where: `argument "${token.value}"`, message: 'expected a flag; a command comes first, a value follows its flag' })
    } else if (token.kind === 'option') {
      const long = token.rawName.startsWith('--')
      // parseArgs takes -p9400 apart into five flags; it is one mistake.
      const where = `flag ${long ? token.rawName : argv[token.index]}`
      const flag = long && Object.hasOwn(known, token.name) ? known[token.name] : undefined
      if (problems.some((problem) => !long && problem.where === where)) continue
      if (flag === undefined) {
        problems.push({ where, message: unknown('flag', token.name, Object.keys(known), '--') })
        unknownAt = token.index
      } else if (flag.value === undefined && token.value !== undefined) problems.push({ where, message: 'takes no value' })
      else if (flag.value !== undefined && lacksValue(token))
        problems.push({ where, message: `expected a value (${flag.value}), got none` })
      else values.set(token.name, [...(flag.repeatable === true ? [values.get(token.name) ?? []] : []), token.value ?? ''].flat().join(','))
    }
  }
  return { values, problems }
}

/** `--port --host x`: the next flag is no value; `--port=--x` means what it says. */
function lacksValue(token: { value: string | undefined; inlineValue: boolean | undefined }): boolean {
  return token.value === undefined || (token.inlineValue !== true && token.value.startsWith('--'))
}

/** The sentence about a name that nothing knows. */
export function unknown(what: string, name: string, known: readonly string[], prefix = ''): string {
  const meant = closest(name, known)
  return `unknown ${what}${meant === undefined ? '' : `; did you mean ${prefix}${meant}?`}`
}
