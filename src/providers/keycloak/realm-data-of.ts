import type { Context } from '../../oauth/realm/context.ts'
import { RealmData } from './realm/data.ts'

/** A realm's own data, as a request sees it. */
export function realmDataOf({ realm, space }: Context): RealmData {
  return new RealmData(space?.path.realm ?? '', realm.documents)
}
