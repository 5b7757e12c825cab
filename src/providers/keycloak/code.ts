import { digest } from '../../basics/random.ts'
import { authorizationCode } from '../../oauth/grants/authorization-code.ts'
import type { GrantType } from '../../oauth/realm/context.ts'
import { codes } from './tokens/formats.ts'

/** The vendor's codes: whoever brings one uses it up, be it the wrong client. */
export const keycloakCode: GrantType = {
  ...authorizationCode,
  redeem(parameters, client, context) {
    const { store, clock } = context.realm
    const burn = (error: unknown): never => {
      const { code = '' } = parameters
      const id = codes.keyOf(code)
      if (id !== undefined) store.burnCode(id, digest(code), clock.now())
      throw error
    }
    try {
      const issue = authorizationCode.redeem(parameters, client, context)
      return issue instanceof Promise ? issue.catch(burn) : issue
    } catch (error) {
      return burn(error)
    }
  },
}
