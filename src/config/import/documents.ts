import { grantTypes } from '../../oauth/grants/registry.ts'
import type { Imported } from '../../providers/data/import.ts'
import { importDiscovery } from '../../providers/data/import-discovery.ts'
import { importPostman } from '../../providers/data/import-postman.ts'
import { standard } from '../../providers/standard/standard.ts'
import type { ImportFormat } from './format.ts'
import { hasOne, Members, mapping } from './members.ts'

const abilities = { paths: Object.keys(standard.paths), grant_types: [...grantTypes.keys()] }

/** What an OpenID Connect or RFC 8414 server tells of itself, as a provider. */
export const discovery: ImportFormat = {
  name: 'discovery',
  what: 'a discovery document (with issuer)',
  reads: (document) => hasOne(document, ['issuer']),
  read: (document, name) => asProvider(importDiscovery(membersOf(document), abilities), name),
}

/** A Postman collection, as Postman writes it or as its own API wraps it, as a provider. */
export const postman: ImportFormat = {
  name: 'postman',
  what: 'a Postman collection (with info and item)',
  reads: (document) => [document, mapping(document)?.collection].some((one) => hasOne(one, ['info']) && hasOne(one, ['item'])),
  read: (document, name) => asProvider(importPostman(membersOf(mapping(document)?.collection ?? document), abilities), name),
}

function membersOf(document: unknown): Readonly<Record<string, unknown>> {
  new Members(document, '', [])
  return mapping(document) ?? {}
}

function asProvider({ name: suggested, declaration, notes }: Imported, name = suggested) {
  return { providers: { [name]: declaration }, left: notes }
}
