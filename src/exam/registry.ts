import type { Rule } from './rule.ts'
import { authorizationRequest } from './rules/authorization-request.ts'
import { freshness } from './rules/freshness.ts'
import { refresh } from './rules/refresh.ts'
import { tokenRequest } from './rules/token-request.ts'
import { tokenUse } from './rules/token-use.ts'

/** Every rule that the journal alone can prove broken. */
export const rules: readonly Rule[] = [...authorizationRequest, ...freshness, ...tokenRequest, ...refresh, ...tokenUse]
