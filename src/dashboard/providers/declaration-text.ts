import { stringify } from 'yaml'
import { ConfigError } from '../../config/error.ts'
import { parseDocument } from '../../config/import/document.ts'

/** A declaration as one writes it. */
export function textOfDeclaration(declaration: unknown): string {
  return stringify(declaration, { lineWidth: 0 })
}

/**
 * The declaration of a provider in what somebody typed; a whole config file has it below the name.
 * @throws ConfigError for what is neither YAML nor JSON
 */
export async function declarationOf(text: string, name: string): Promise<unknown> {
  const said = (await parseDocument(text, 'the declaration')) ?? {}
  if (typeof said !== 'object' || Array.isArray(said)) {
    throw new ConfigError([{ where: '', message: 'expected members with their values, such as title: Acme' }])
  }
  const { providers } = said as { providers?: Readonly<Record<string, unknown>> }
  return providers !== undefined && Object.hasOwn(providers, name) ? providers[name] : said
}
