import { randomLowerCase } from '../../basics/random.ts'
import { plainApp, TakenError } from '../model/directory.ts'
import { OAuthError } from '../model/errors.ts'
import type { Client } from '../model/records.ts'
import { type Context, note } from '../realm/context.ts'
import { readDocument } from './documents.ts'
import { checkClientMetadata, type RegisteredMetadata } from './metadata.ts'
import { privateKeyJwt } from './methods/assertion.ts'
import { failed } from './methods/method.ts'
import { none } from './methods/none.ts'
import { sandboxScopes } from './scope.ts'

/** How long a document may take, milliseconds, and how long it may be (Client ID Metadata Document §6.6). */
const limits = { patience: 2000, largest: 64 * 1024 }

/** What a client without a secret can do, and one that is described by a document cannot have a secret (§4.1). */
const methods: readonly unknown[] = [none.name, privateKeyJwt.name]

/** Whether a client_id is the address of a document that describes the client, in this realm. */
export function isDocumentId(client_id: string, { realm }: Context): boolean {
  return realm.offered !== undefined && (client_id.startsWith('https://') || client_id.startsWith('http://'))
}

/**
 * The client that a metadata document describes (OAuth Client ID Metadata Document §4). The document is read anew each time, so
 * that a client under development changes when its document does; one that was read before still stands when it is gone.
 * @throws OAuthError `invalid_client`
 */
export async function documentClient(client_id: string, context: Context): Promise<Client> {
  const { realm } = context
  const known = realm.store.findClient(client_id)
  // Somebody registered a client by this name: then it is that one.
  if (known !== undefined && known.metadata.from_document !== true) return known
  const problem = addressProblem(client_id)
  if (problem !== undefined)
    throw failed('client_unknown', `client_id '${client_id}' cannot be the address of a metadata document: ${problem}`)
  const read = await readDocument(client_id, realm.settings, limits)
  if ('problem' in read) {
    if (known === undefined) throw failed('client_unknown', `The client's metadata document cannot be had: ${read.problem}`)
    note(context, `The client's metadata document cannot be had, so it is taken as it was: ${read.problem}`)
    return known
  }
  return remember(client_id, described(client_id, read.document, context), known, context)
}

/** §3. On this machine plain http will do: a client under development has no certificate. */
function addressProblem(client_id: string): string | undefined {
  if (!URL.canParse(client_id)) return 'it is no URL'
  const { protocol, hostname, pathname, username, password } = new URL(client_id)
  const local = /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)
  if (protocol !== 'https:' && !local) return 'it is not https'
  if (pathname === '/') return 'it has no path'
  if (client_id.includes('#')) return 'it has a fragment'
  if (username !== '' || password !== '') return 'it has a username or password'
  const path = /^https?:\/\/[^/?#]*([^?#]*)/.exec(client_id)?.[1] ?? ''
  return path.split('/').some((one) => one === '.' || one === '..') ? 'its path has a dot segment' : undefined
}

/** §4.1 */
function described(client_id: string, document: unknown, { realm }: Context): RegisteredMetadata {
  const members = (typeof document === 'object' && document !== null ? document : {}) as Readonly<Record<string, unknown>>
  if (members.client_id !== client_id) {
    throw refused(client_id, `its client_id is ${JSON.stringify(members.client_id)} and not its own address`)
  }
  const { token_endpoint_auth_method = none.name } = members
  if (!methods.includes(token_endpoint_auth_method) || members.client_secret !== undefined) {
    const method = `token_endpoint_auth_method is ${methods.join(' or ')}`
    throw refused(client_id, `a client that is described by a document has no secret: ${method}`)
  }
  try {
    const offered = { ...realm.offered?.(realm.settings), scopes_supported: sandboxScopes(realm) }
    return checkClientMetadata({ ...members, token_endpoint_auth_method }, offered, realm.settings, realm.redirects)
  } catch (error) {
    if (error instanceof OAuthError) throw refused(client_id, error.explanation)
    throw error
  }
}

function refused(client_id: string, why: string): OAuthError {
  return failed('client_unknown', `The metadata document '${client_id}' is refused: ${why}`)
}

/** Keeps the client, so that its grants and tokens have an owner. */
function remember(
  client_id: string,
  { redirect_uris, scopes, token_endpoint_auth_method, grant_types, metadata }: RegisteredMetadata,
  known: Client | undefined,
  { realm }: Context,
): Client {
  const name = typeof metadata.client_name === 'string' ? metadata.client_name : client_id
  const app = { name, scopes, redirect_uris }
  const client = { token_endpoint_auth_method, grant_types, metadata: { ...metadata, from_document: true } }
  if (known !== undefined) {
    const updated = { ...known, ...client, app: { ...known.app, ...app } }
    if (JSON.stringify(updated) !== JSON.stringify(known)) realm.store.updateRegistered(updated)
    return updated
  }
  const created_at = realm.clock.now()
  const rest = { ...plainApp, app_id: `app_${randomLowerCase(16)}`, created_at }
  try {
    return realm.store.saveRegistered({ ...app, ...rest }, { ...client, client_id, client_secret: null, created_at }, null)
  } catch (error) {
    // Another request was first.
    const there = error instanceof TakenError ? realm.store.findClient(client_id) : undefined
    if (there === undefined) throw error
    return there
  }
}
