import { scopes } from '../../oauth/model/scope.ts'
import type { RequestDialect } from '../../oauth/realm/context.ts'
import { refuse } from './errors.ts'

/** A hint at one account and the choice among all exclude each other; the SDKs leave the hint out themselves. */
export const entraChecks: NonNullable<RequestDialect['checks']> = ({ prompt, login_hint }) => {
  if (login_hint === undefined || !scopes(prompt).includes('select_account')) return
  throw refuse(90023, 'login_hint came with prompt=select_account, and they exclude each other', { parameter: 'login_hint' })
}
