import { secretAlgs } from '../../jose/jws.ts'
import { clientSigningAlgs } from '../../jose/verification.ts'
import { OAuthError } from '../../model/errors.ts'
import { type AuthMethod, checkMethod, failed } from './method.ts'
import { basicCredentials, clientSecretPost } from './secret.ts'

/** A client signs a JWT (OpenID Connect Core §9, RFC 7523 §2.2). Few do, so that what checks it is loaded by the first. */
const byAssertion: Pick<AuthMethod, 'recognize' | 'prove'> = {
  recognize(authorization, parameters, context) {
    if (parameters.client_assertion === undefined && parameters.client_assertion_type === undefined) return undefined
    const header = basicCredentials(authorization) !== undefined
    if (header || parameters.client_secret !== undefined) throw twoMethods(header ? 'a Basic header' : 'client_secret')
    return import('../assertion.ts').then(({ authenticateByAssertion }) =>
      authenticateByAssertion(parameters, [privateKeyJwt, clientSecretJwt], context),
    )
  },
  prove(client, { client_secret }, context) {
    if (client_secret !== undefined) checkMethod(client, clientSecretPost, context)
    throw failed(
      'credentials_missing',
      `client '${client.client_id}' is registered for ${client.token_endpoint_auth_method}, and no client_assertion came (RFC 7523 §2.2)`,
    )
  },
}

/** With the client's secret. */
export const clientSecretJwt = {
  ...byAssertion,
  name: 'client_secret_jwt',
  label: 'A JWT signed with the secret (client_secret_jwt)',
  has_secret: true,
  signing_algs: secretAlgs,
} as const satisfies AuthMethod

/** With a key of its own. */
export const privateKeyJwt = {
  ...byAssertion,
  name: 'private_key_jwt',
  label: 'A JWT signed with a key of its own (private_key_jwt)',
  needs_keys: true,
  signing_algs: clientSigningAlgs,
} as const satisfies AuthMethod

function twoMethods(other: string): OAuthError {
  const explanation = `client_assertion and ${other} came; a client uses one method in each request (RFC 6749 §2.3)`
  return new OAuthError('client_ambiguous', 'The client authenticates in two ways', explanation)
}
