import { fitsGlob } from '../../basics/glob.ts'
import type { Values } from '../../basics/template.ts'
import type { Client, Grant, User } from '../model/records.ts'
import { scopes } from '../model/scope.ts'
import type { ClaimsRule } from '../model/settings.ts'

/** Of whom something is told, and by what right. */
export interface Party {
  user: User | undefined
  client: Client
  grant: Grant
}

/** The first rule of the setting `claims_when` that holds for a token. */
export function ruleFor(rules: readonly ClaimsRule[], party: Party, values: Values): ClaimsRule | undefined {
  return rules.find(({ when }) =>
    Object.entries(when).every(([name, pattern]) => told(name, party, values).some((text) => fitsGlob(pattern, text))),
  )
}

/** What a condition's name stands for: who and what the token is for, else a parameter of a request. A scope is each of its words, too. */
function told(name: string, { user, client, grant }: Party, { scope, parameters }: Values): readonly string[] {
  if (name === 'client_id') return [client.client_id]
  if (name === 'grant_type') return [grant.grant_type]
  if (name === 'username') return user === undefined ? [] : [user.username]
  if (name === 'scope') return [String(scope ?? ''), ...scopes(String(scope ?? ''))]
  const sent = (parameters as Readonly<Record<string, unknown>>)[name]
  return typeof sent === 'string' ? [sent] : []
}
