import { namesWithin } from '../../basics/template.ts'
import type { ClaimsSetting } from '../model/settings.ts'
import type { Realm } from './context.ts'

const none: readonly string[] = []
const known = new WeakMap<ClaimsSetting, readonly string[]>()

/** The parameters of requests that templates name, the provider's and those of the setting `claims`. */
export function namedParameters({ tokens, settings: { claims } }: Pick<Realm, 'tokens' | 'settings'>): readonly string[] {
  let named = known.get(claims)
  if (named === undefined) {
    named = namesWithin(claims, 'parameters')
    known.set(claims, named)
  }
  return named.length === 0 ? (tokens.parameters ?? none) : [...(tokens.parameters ?? none), ...named]
}
