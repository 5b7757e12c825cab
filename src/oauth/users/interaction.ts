import { randomText } from '../../basics/random.ts'
import type { Interaction } from '../model/records.ts'
import type { Context } from '../realm/context.ts'

/** How long a user may take to sign in, milliseconds. */
const interactionTtl = 60 * 60 * 1000

/** Keeps an authorization request while its user signs in. */
export function beginInteraction(draft: Omit<Interaction, 'id'>, { realm }: Pick<Context, 'realm'>): Interaction {
  const interaction = { ...draft, id: randomText(32) }
  const now = realm.clock.now()
  realm.store.saveInteraction({ ...interaction, expires_at: now + interactionTtl }, now)
  return interaction
}
