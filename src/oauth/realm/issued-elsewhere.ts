import type { Space } from '../model/space.ts'
import type { Context } from './context.ts'

/** Whether a token was issued by another of the vendor's servers than is asked now, and holds there alone. */
export function isIssuedElsewhere({ issued_by }: { issued_by?: { space: Space } }, { realm, space }: Context): boolean {
  const { holds_at } = realm.tokens
  return holds_at !== undefined && issued_by !== undefined && space !== undefined && !holds_at(space, issued_by.space)
}
