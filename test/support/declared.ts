import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { readDeclarations } from '../../src/config/declarations.ts'
import { ruleIds } from '../../src/exam/rule-ids.ts'
import type { ServerOptions } from '../../src/start/options.ts'
import { start, startForFile, type TestServer } from './server.ts'

const guide = await readFile(join(import.meta.dirname, '../../docs/providers.md'), 'utf8')

/** A part of a declaration as the guide prints it, by the name in the comment above it. */
export function guideExample(name: string): Record<string, unknown> {
  const [, yaml] = new RegExp(`<!-- example: ${name} -->\\n\`\`\`yaml\\n(.*?)\`\`\``, 's').exec(guide) ?? []
  if (yaml === undefined) throw new Error(`docs/providers.md has no example '${name}'`)
  return parse(yaml)
}

/** The names of all such examples. */
export const guideExamples = [...guide.matchAll(/<!-- example: ([\w-]+) -->/g)].map(([, name = '']) => name)

/** What is wrong with a provider named acme, a line each. */
export function problemsOf(declaration: object): string[] {
  return readDeclarations({ providers: { acme: declaration } }, 'file', [], ruleIds).problems.map(
    ({ where, message }) => `${where}: ${message}`,
  )
}

function optionsFor(declaration: object): Partial<ServerOptions> {
  const { declared, problems } = readDeclarations({ providers: { acme: declaration } }, 'file', [], ruleIds)
  if (problems.length > 0) throw new Error(problems.map(({ where, message }) => `${where}: ${message}`).join('\n'))
  return { declared, defaultProvider: 'acme' }
}

/** A server whose default sandbox speaks as this declaration of `acme` says; it is closed when the test ends. */
export function startDeclared(declaration: object, options: Partial<ServerOptions> = {}): Promise<TestServer> {
  return start({ ...optionsFor(declaration), ...options })
}

/** The same for a whole file. */
export function startDeclaredForFile(declaration: object, options: Partial<ServerOptions> = {}): Promise<TestServer> {
  return startForFile({ ...optionsFor(declaration), ...options })
}
