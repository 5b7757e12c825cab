import { TakenError } from '../../oauth/model/directory.ts'
import type { OwnSpaces } from '../own-spaces.ts'
import type { ImportedSpace, SpaceImport } from '../space-import.ts'
import { RealmData } from './realm/data.ts'
import { demoRealm } from './realm/demo.ts'
import { masterRealm } from './realm/fresh-realm.ts'
import { freshScopes } from './realm/fresh-scopes.ts'
import { list, type Members, members } from './realm/members.ts'
import { type RealmPlan, readRealm } from './realm/read-realm.ts'
import type { Mapper } from './realm/representations.ts'
import { beyondSettings, freshSettings, settingsFor } from './realm/settings.ts'
import { fillRealm } from './realm/world.ts'
import { mapperTypes } from './tokens/mappers.ts'

/** Makes the realm of a plan. @throws TakenError when it is there, or two of its users or clients have the same name */
export function makeRealm(plan: RealmPlan, spaces: OwnSpaces, now: number): void {
  const made = spaces.create(plan.realm, { ...freshSettings(), ...settingsFor(plan.settings) })
  try {
    fillRealm({ ...plan, settings: beyondSettings(plan.settings) }, made, now)
  } catch (error) {
    spaces.delete(plan.realm)
    throw error
  }
}

/** Whether a realm is the one that is preloaded, whatever was changed in it since. */
function isPreloaded(realm: string, spaces: OwnSpaces): boolean {
  const there = spaces.find(realm)
  return there !== undefined && realm === demoRealm.realm && new RealmData(realm, there.documents).settings.id === demoRealm.settings.id
}

const kindsIn = (scopes: readonly { protocol?: string; protocolMappers?: readonly Mapper[] | undefined }[]) =>
  scopes
    .flatMap(({ protocolMappers = [] }) => protocolMappers)
    .flatMap(({ protocol, protocolMapper }) => (protocol === 'saml' ? [] : [protocolMapper]))

/** Mappers that put nothing into tokens here: scripts are never run. What a new realm has is told of nobody's. */
function unmapped({ realm, clients, scopes }: RealmPlan): string[] {
  const all = new Set(kindsIn([...scopes, ...clients.map(({ data }) => data)]))
  const usual = kindsIn(freshScopes(realm))
  const kinds = [...all].filter((kind) => !Object.hasOwn(mapperTypes, kind) && !usual.includes(kind))
  return kinds.length === 0 ? [] : [`mappers of the kinds ${kinds.join(', ')} (protocolMappers) are kept and have no effect`]
}

/** Authorization services, whose policies may be scripts. */
function unauthorized(said: Members): string[] {
  const clients = list(said.clients).filter(({ authorizationSettings }) => authorizationSettings !== undefined)
  const names = clients.map(({ clientId }) => clientId).join(', ')
  return names === ''
    ? []
    : [`authorization services (authorizationSettings) of ${names} are left out, and none of their policies is asked`]
}

function importOne(said: Members, spaces: OwnSpaces, policy: 'replace' | 'keep', now: number): ImportedSpace {
  const plan = readRealm(said)
  const { realm } = plan
  if (realm === '') throw new Error('expected a realm with a name, in the member realm')
  if (realm === masterRealm)
    return { space: realm, kept: true, left: ['the realm master stays as it is: its administrator is set by the start'] }
  if (spaces.find(realm) !== undefined) {
    if (policy === 'keep' && !isPreloaded(realm, spaces)) return { space: realm, kept: true, left: [] }
    spaces.delete(realm)
  }
  try {
    makeRealm(plan, spaces, now)
  } catch (error) {
    if (!(error instanceof TakenError)) throw error
    throw new Error(`realm ${realm} has two of the same name: ${error.message}`, { cause: error })
  }
  return { space: realm, kept: false, left: [...plan.left, ...unmapped(plan), ...unauthorized(said)] }
}

/** An export of one realm, or a list of them. */
export const realmImport: SpaceImport = (document, spaces, policy, now) =>
  (Array.isArray(document) ? list(document) : [members(document)]).map((said) => importOne(said, spaces, policy, now))
