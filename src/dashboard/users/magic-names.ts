import { magicUsers } from '../../oauth/faults/magic-users.ts'

/** A username that brings a situation about in every sandbox. */
export interface MagicName {
  username: string
  does: string
}

/** All of them. */
export const magicNames: readonly MagicName[] = [...magicUsers].map(([username, { does }]) => ({ username, does }))
