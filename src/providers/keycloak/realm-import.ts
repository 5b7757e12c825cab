import { TakenError } from '../../oauth/model/directory.ts'
import type { OwnSpaces } from '../own-spaces.ts'
import type { ImportedSpace, SpaceImport } from '../space-import.ts'
import { RealmData } from './realm/data.ts'
import { demoRealm } from './realm/demo.ts'
import { masterRealm } from './realm/fresh-realm.ts'
import { list, type Members, members } from './realm/members.ts'
import { type RealmPlan, readRealm } from './realm/read-realm.ts'
import { beyondSettings, freshSettings, settingsFor } from './realm/settings.ts'
import { fillRealm } from './realm/world.ts'

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
  return { space: realm, kept: false, left: plan.left }
}

/** An export of one realm, or a list of them. */
export const realmImport: SpaceImport = (document, spaces, policy, now) =>
  (Array.isArray(document) ? list(document) : [members(document)]).map((said) => importOne(said, spaces, policy, now))
