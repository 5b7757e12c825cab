/**
 * In this room: the vendor's tokens: what stands in them, in which order, and the mappers that fill them.
 * Elsewhere: what a realm knows (`realm/`).
 */

import type { Client, Grant, User } from '../../../oauth/model/records.ts'
import { scopes as scopeNames } from '../../../oauth/model/scope.ts'
import type { Space } from '../../../oauth/model/space.ts'
import type { TokenMaterial } from '../../../oauth/model/token-profile.ts'
import { RealmData, serviceAccountId } from '../realm/data.ts'
import type { ClientData, ClientScope, Mapper, Role, UserData } from '../realm/representations.ts'
import { effectiveRoles } from '../realm/roles.ts'

/** Whom a token is about, and all that mappers look at. */
export interface Subject {
  client: Client
  /** Nobody for a service account. */
  user: User | undefined
  grant: Grant
  scope: string
  space?: Space | undefined
}

/** The same with what the realm knows. */
export interface MapperInput extends Subject {
  realm: RealmData
  clientData: ClientData
  userData: UserData | undefined
  /** The client scopes that hold. */
  scopes: readonly ClientScope[]
  roles: readonly Role[]
  /** The client_id of a UUID. */
  clientId(uuid: string): string | undefined
}

/** What the mappers of a token have to go by. */
export function mapperInput(subject: Subject, { documents, directory }: TokenMaterial): MapperInput {
  const { client, scope, space } = subject
  // The service account is somebody to whom it is told, and nobody of whom more is known.
  const user = subject.user?.user_id === serviceAccountId(client) ? undefined : subject.user
  const realm = new RealmData(space?.path.realm ?? '', documents)
  const clientData = realm.client(client)
  const scopes = scopesInForce(clientData, scope, realm)
  const clientId = (uuid: string) => {
    const app = directory.findApp(uuid)
    return app === undefined ? undefined : directory.listClients(app)[0]?.client_id
  }
  const userData = user === undefined ? undefined : realm.user(user)
  return { ...subject, user, realm, clientData, userData, scopes, roles: effectiveRoles(user, client, scopes, realm), clientId }
}

/** The client's default scopes, and those of its optional ones that were asked for. */
export function scopesInForce(client: ClientData, scope: string, realm: RealmData): ClientScope[] {
  const asked = scopeNames(scope).filter((name) => client.optionalClientScopes.includes(name))
  const names = new Set([...client.defaultClientScopes, ...asked])
  return realm.scopes.filter(({ name, protocol }) => protocol === 'openid-connect' && names.has(name))
}

/** Those that look at roles come behind all others, as their audiences do. */
const ranks: Readonly<Record<string, number>> = {
  'oidc-usermodel-realm-role-mapper': 1,
  'oidc-usermodel-client-role-mapper': 1,
  'oidc-audience-resolve-mapper': 2,
}

/** The mappers that hold, in their order: the client's own and those of its scopes. */
export function mappersOf({ clientData, scopes }: Pick<MapperInput, 'clientData' | 'scopes'>): Mapper[] {
  const all = [...scopes.flatMap(({ protocolMappers = [] }) => protocolMappers), ...clientData.protocolMappers]
  const rank = ({ protocolMapper }: Mapper) => ranks[protocolMapper] ?? 0
  return all.toSorted((one, other) => rank(one) - rank(other))
}
