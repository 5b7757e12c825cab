import type { Parameters } from '../model/parameters.ts'
import { readTargets } from '../model/resource.ts'
import type { Context } from './context.ts'

/** Whom the access tokens of a request are to be for; undefined when it does not say. */
export function targetsOf(parameters: Parameters, context: Context): readonly string[] | undefined {
  const { requests, settings } = context.realm
  return requests?.targets === undefined ? readTargets(parameters, settings) : requests.targets(parameters, context)
}
