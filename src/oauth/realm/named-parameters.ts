import { namesWithin } from '../../basics/template.ts'
import type { Realm } from './context.ts'

const none: readonly string[] = []
const known = new WeakMap<object, readonly string[]>()

/** The parameters of requests that templates name, the provider's and those of the settings `claims` and `claims_when`. */
export function namedParameters({ tokens, settings: { claims, claims_when } }: Pick<Realm, 'tokens' | 'settings'>): readonly string[] {
  const named = [...namedIn(claims), ...namedIn(claims_when, () => claims_when.flatMap(({ when }) => Object.keys(when)))]
  return named.length === 0 ? (tokens.parameters ?? none) : [...(tokens.parameters ?? none), ...named]
}

/** @param more what is named beside the templates */
function namedIn(setting: object, more = () => [] as string[]): readonly string[] {
  const there = known.get(setting)
  if (there !== undefined) return there
  const named = [...namesWithin(setting, 'parameters'), ...more()]
  known.set(setting, named)
  return named
}
