import { callback } from './armed/callback.ts'
import type { ArmedRule } from './scenario.ts'

/** Every rule that shows only when somebody does something to the client. */
export const armedRules: readonly ArmedRule[] = [...callback]
