import { digest } from '../../../basics/random.ts'
import { readClaims } from '../../../oauth/jose/jwt.ts'
import { OAuthError } from '../../../oauth/model/errors.ts'
import type { ActiveAccessToken } from '../../../oauth/model/records.ts'
import type { OwnSpace } from '../../own-spaces.ts'
import type { ApiRequest } from '../../provider.ts'
import { staleness } from '../not-before.ts'
import { RealmData, serviceAccountId } from '../realm/data.ts'
import { managementClient, masterRealm } from '../realm/fresh-realm.ts'
import type { Role } from '../realm/representations.ts'
import { effectiveRoles } from '../realm/roles.ts'
import { realmId } from '../realm/settings.ts'

function unauthorized(explanation: string): OAuthError {
  return new OAuthError('token_unknown', 'HTTP 401 Unauthorized', explanation)
}

function forbidden(explanation: string): OAuthError {
  return new OAuthError('insufficient_scope', 'HTTP 403 Forbidden', explanation)
}

/** The realm that issued an admin token, and the token as it is kept there. @throws OAuthError for what is none, or holds no more */
function tokenOf({ authorization, spaces, context: { realm, trace } }: ApiRequest): { issued: OwnSpace; token: ActiveAccessToken } {
  const text = /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1]
  if (text === undefined) throw unauthorized('The admin API wants an access token of the realm or of master: Authorization: Bearer …')
  const issuer = String(readClaims(text)?.iss ?? '')
  const name = decodeURIComponent(issuer.split('/realms/').at(-1) ?? '')
  const issued = spaces.find(name)
  const key = realm.tokens.access.keyOf(text)
  const token = issued === undefined || key === undefined ? 'unknown' : issued.store.findAccessToken(key, digest(text), realm.clock.now())
  if (issued === undefined || typeof token === 'string') throw unauthorized(`The token is ${String(token)}: its iss is '${issuer}'`)
  if (staleness(token, new RealmData(issued.space, issued.documents)) !== undefined)
    throw unauthorized(`The token was issued before notBefore of ${name}`)
  trace.client_id = token.client.client_id
  if (token.user !== undefined) trace.username = token.user.username
  return { issued, token }
}

/** The roles that the bearer of an admin token has. */
function rolesOf({ issued, token }: ReturnType<typeof tokenOf>): { all: readonly Role[]; has(name: string, client_id?: string): boolean } {
  const realm = new RealmData(issued.space, issued.documents)
  const all = effectiveRoles(token.user, token.client, [], realm)
  const uuid = (client_id: string) => issued.store.findClient(client_id)?.app.app_id
  return {
    all,
    has: (name, client_id) =>
      all.some((role) => role.name === name && role.client === (client_id === undefined ? undefined : uuid(client_id))),
  }
}

/** Whether a bearer may administer a realm at all, and how. */
function grants(request: ApiRequest, target: string) {
  const admin = tokenOf(request)
  const roles = rolesOf(admin)
  const ofMaster = admin.issued.space === masterRealm
  const everything = ofMaster && roles.has('admin')
  const client_id = ofMaster && target !== masterRealm ? `${target}-realm` : managementClient(target)
  const mayLook = everything || ofMaster || admin.issued.space === target
  const has = (name: string) => everything || (mayLook && (roles.has(name, client_id) || roles.has('realm-admin', client_id)))
  return {
    has,
    any: everything || (mayLook && roles.all.some(({ client }) => client === admin.issued.store.findClient(client_id)?.app.app_id)),
    roles,
    ofMaster,
    by: administratorOf(admin),
  }
}

/** Who does something, as the events of administrators tell it. */
export interface Administrator {
  realmId: string
  clientId: string
  userId: string
  ipAddress: string
}

function administratorOf({ issued, token: { client, user } }: ReturnType<typeof tokenOf>): Administrator {
  const realm = new RealmData(issued.space, issued.documents)
  const userId = user?.user_id ?? serviceAccountId(client)
  return { realmId: realmId(realm), clientId: client.app.app_id, userId, ipAddress: '127.0.0.1' }
}

/**
 * @param needs of which one is enough; any of the management roles when empty
 * @returns who it is that may do so, by the vendor's ids
 * @throws OAuthError 401 or 403
 */
export function checkAccess(request: ApiRequest, target: string, needs: readonly string[]): Administrator {
  const { has, any, by } = grants(request, target)
  if (needs.length === 0 ? any : needs.some(has)) return by
  const wanted = needs.length === 0 ? 'a role' : needs.map((name) => `'${name}'`).join(' or ')
  throw forbidden(`The token's user or service account has not ${wanted} of client '${managementClient(target)}' of realm '${target}'`)
}

/** Whether a realm is shown to the bearer. */
export function maySee(request: ApiRequest, target: string): boolean {
  return grants(request, target).any
}

/** Who may make realms: whoever the master realm lets. @throws OAuthError 401 or 403 */
export function checkMayCreateRealm(request: ApiRequest): void {
  const { roles, ofMaster } = grants(request, masterRealm)
  if (ofMaster && (roles.has('create-realm') || roles.has('admin'))) return
  throw forbidden("To make a realm takes the role 'create-realm' of realm 'master'")
}
