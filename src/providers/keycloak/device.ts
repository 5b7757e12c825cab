import { checkChallenge } from '../../oauth/authorization/authorize.ts'
import { deferredGrant } from '../../oauth/grants/deferred.ts'
import { verifyPkce } from '../../oauth/grants/pkce.ts'
import { deviceCodeType } from '../../oauth/model/grant-names.ts'
import type { GrantType, RequestDialect } from '../../oauth/realm/context.ts'
import { checkPkce } from './client-rules.ts'
import { text } from './realm/members.ts'
import { realmDataOf } from './realm-data-of.ts'
import { knownScope } from './scope.ts'

/** A device uses PKCE as a browser does; its client has lifetimes of its own for codes, and an unknown scope asks for nothing. */
export const deviceAuthorization: NonNullable<RequestDialect['device']> = (parameters, client, context) => {
  checkPkce(parameters, client, context)
  const challenge = checkChallenge(parameters, client, context.realm)
  const { attributes } = realmDataOf(context).client(client)
  const { device_code_ttl, device_interval } = context.realm.settings
  const { 'oauth2.device.code.lifespan': ttl = '', 'oauth2.device.polling.interval': interval = '' } = attributes
  return {
    device_code_ttl: Number(ttl) || device_code_ttl,
    device_interval: Number(interval) || device_interval,
    scope: knownScope(parameters.scope, client, context),
    details: challenge.code_challenge === undefined ? {} : { vendor: challenge },
  }
}

const device = deferredGrant(deviceCodeType, 'device_code', ({ code_verifier }, { vendor = {} }) => {
  const { code_challenge, code_challenge_method } = vendor
  verifyPkce({ code_challenge: text(code_challenge) ?? null, code_challenge_method: text(code_challenge_method) ?? null }, code_verifier)
})

/** The tokens of a device, which shows the verifier of its challenge; it may try again. */
export const keycloakDevice: GrantType = { ...device, parameters: [...device.parameters, 'code_verifier'] }
