import { callback } from './armed/callback.ts'
import type { ArmedRule } from './armed-rule.ts'

/** Every rule that shows only when somebody does something to the client. */
export const armedRules: readonly ArmedRule[] = [...callback]
