import { stringify } from 'yaml'
import { readDeclarations } from '../config/declarations.ts'
import { ConfigError } from '../config/error.ts'
import { grantTypes } from '../oauth/grants/registry.ts'
import { ImportError, type Imported } from '../providers/data/import.ts'
import { importDiscovery } from '../providers/data/import-discovery.ts'
import { importPostman } from '../providers/data/import-postman.ts'
import { standard } from '../providers/standard/standard.ts'

/**
 * Makes the text of a config file of a discovery document or a Postman collection.
 * @param label how problems name the document
 * @param name what to call the provider, instead of what the document suggests
 * @throws ConfigError
 */
export function importProvider(document: unknown, label: string, name: string | undefined) {
  const imported = recognise(document, label)
  const chosen = name ?? imported.name
  const content = { providers: { [chosen]: imported.declaration } }
  const { problems } = readDeclarations(content, label)
  if (problems.length > 0) throw new ConfigError(problems)
  return {
    name: chosen,
    notes: imported.notes,
    json: `${JSON.stringify(content, undefined, 2)}\n`,
    yaml: stringify(content, { lineWidth: 0 }),
  }
}

function recognise(document: unknown, label: string): Imported {
  const abilities = { paths: Object.keys(standard.paths), grant_types: [...grantTypes.keys()] }
  try {
    if (typeof document === 'object' && document !== null) {
      const members = document as Readonly<Record<string, unknown>>
      if ('issuer' in members) return importDiscovery(members, abilities)
      if ('info' in members && 'item' in members) return importPostman(members, abilities)
      // Postman's own API wraps it.
      if (typeof members.collection === 'object') return recognise(members.collection, label)
    }
    throw new ImportError('expected a discovery document (with issuer) or a Postman collection (with info and item)')
  } catch (error) {
    if (!(error instanceof ImportError)) throw error
    throw new ConfigError([{ where: label, message: error.message }])
  }
}
