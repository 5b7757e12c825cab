import { authenticateClient } from '../clients/authentication.ts'
import { failed } from '../clients/methods/method.ts'
import { basicCredentials } from '../clients/methods/secret.ts'
import { scopeFor } from '../clients/scope.ts'
import { findClient, hasApp } from '../clients/unregistered.ts'
import { failAlternately } from '../faults/failing.ts'
import { magicUsers } from '../faults/magic-users.ts'
import { readClaims } from '../jose/jwt.ts'
import { missing, OAuthError } from '../model/errors.ts'
import { jwtBearerType } from '../model/grant-names.ts'
import type { Parameters } from '../model/parameters.ts'
import type { Reason } from '../model/reasons.ts'
import type { Client } from '../model/records.ts'
import type { Context, GrantType } from '../realm/context.ts'
import { readAssertion } from '../users/assertion.ts'
import { findSubject } from '../users/sign-in.ts'

/** RFC 7523 §2.1. No refresh token: the client can ask with another assertion (RFC 7521 §4.1). */
export const jwtBearer: GrantType = {
  grant_type: jwtBearerType,
  parameters: ['assertion', 'scope'],
  authenticate,
  async redeem(parameters, client, context) {
    const { realm, trace } = context
    if (parameters.assertion === undefined) throw missing('assertion')
    const scope = scopeFor(parameters, client, context)
    const assertion = await readAssertion(parameters.assertion, client, context)
    if ('problem' in assertion) throw invalid(`The assertion is refused: ${assertion.problem}`, assertion.reason)
    const subject = findSubject(assertion.sub, realm)
    if (!subject.ok) throw invalid(`The assertion's sub is '${assertion.sub}'. ${subject.explanation}`, subject.reason)
    const { user } = subject
    trace.username = user.username
    if (magicUsers.get(user.username)?.denies === true) throw invalid('The user is magic: deny', 'consent_denied')
    failAlternately(user.username, context)
    if (!hasApp(user, client, context)) {
      throw invalid(`app ${client.app.name} is not among the apps of user '${user.username}'`, 'app_missing')
    }
    const grant = realm.store.saveGrant({ client, user, grant_type: this.grant_type, scope, created_at: realm.clock.now() })
    trace.grant_id = grant.id
    return { grant, user, scope, requested_scope: parameters.scope, refresh: 'none' }
  },
}

/**
 * A client may authenticate, and need not when it issued the assertion itself: the signature says who it is (RFC 7521 §4.1).
 * Such a client sends grant_type and assertion alone, as service accounts do.
 */
async function authenticate(authorization: string | undefined, parameters: Parameters, context: Context): Promise<Client> {
  const { assertion, client_id, client_assertion } = parameters
  const named = client_id !== undefined || client_assertion !== undefined || basicCredentials(authorization) !== undefined
  const iss = named || assertion === undefined ? undefined : readClaims(assertion)?.iss
  if (typeof iss !== 'string') return authenticateClient(authorization, parameters, context)
  context.trace.client_id = iss
  const client = await findClient(iss, context)
  if (client === undefined) {
    throw failed(
      'client_unknown',
      `The request names no client, and the assertion's iss '${iss}' is none of sandbox '${context.realm.name}'`,
    )
  }
  return client
}

function invalid(explanation: string, reason: Reason = 'assertion_invalid'): OAuthError {
  return new OAuthError(['invalid_grant', reason], 'The assertion is not valid', explanation)
}
