import { OAuthError } from '../../oauth/model/errors.ts'
import type { Client } from '../../oauth/model/records.ts'
import { scopes } from '../../oauth/model/scope.ts'
import type { AuthorizationDialect, RequestDialect } from '../../oauth/realm/context.ts'
import { responseValues } from '../../oauth/realm/response-type.ts'
import { refuse } from './errors.ts'
import { isPlain } from './redirects.ts'
import { entraSettings, manifestOf } from './settings.ts'
import { isShared } from './tenants.ts'

/** Whether what is wrong with a redirect URI, or that there is none, is told on a page, for nobody knows where else. */
export const onPage = ({ reason }: OAuthError) => reason === 'redirect_missing' || reason === 'redirect_unregistered'

/** A hint at a domain that is federated leads past the page for the name, to the domain's own. */
export const asks_at_once: NonNullable<AuthorizationDialect['asks_at_once']> = ({ parameters }, settings) =>
  parameters?.domain_hint !== undefined && entraSettings.of(settings).federated_domains.includes(parameters.domain_hint.toLowerCase())

/** A hint at one account and the choice among all exclude each other; the SDKs leave the hint out themselves. */
export const entraChecks: NonNullable<RequestDialect['checks']> = (parameters, client, { realm }) => {
  const { prompt, login_hint, redirect_uri, response_type = '' } = parameters
  if (redirect_uri === undefined && responseValues(response_type).includes('code')) {
    const explanation = 'A code goes to a redirect URI that the request names; only an ID token goes to the first one that is registered'
    throw new OAuthError('redirect_missing', 'redirect_uri is missing', explanation).naming({ parameter: 'redirect_uri', aadsts: '900144' })
  }
  const { signInAudience = '' } = manifestOf(client, realm.settings)
  if (redirect_uri !== undefined && signInAudience.includes('Personal') && !isPlain(client, redirect_uri)) {
    const explanation = `'${redirect_uri}' has a query or fits a wildcard, which only applications without personal accounts may have; the signInAudience is ${signInAudience}`
    throw new OAuthError('redirect_unregistered', 'redirect_uri is not registered', explanation).naming({ redirect_uri })
  }
  if (login_hint === undefined || !scopes(prompt).includes('select_account')) return
  throw refuse(90023, 'login_hint came with prompt=select_account, and they exclude each other', { parameter: 'login_hint' })
}

/** By whose accounts it is for, an application may be asked for at some of the words that stand for several tenants. */
export const entraAdmits: NonNullable<RequestDialect['admits']> = (client: Client, _endpoint, { realm, space }) => {
  const { signInAudience } = manifestOf(client, realm.settings)
  const asked = space?.asked.tenant
  if (signInAudience === undefined) return
  const explanation = `The signInAudience of client '${client.client_id}' is ${signInAudience}, and the path has /${asked}`
  if (signInAudience === 'PersonalMicrosoftAccount' && asked !== 'consumers') throw refuse(9002331, explanation)
  if (signInAudience === 'AzureADMyOrg' && isShared(asked)) throw refuse(50194, explanation)
  if (signInAudience.startsWith('AzureADM') && asked === 'consumers') throw refuse(9002346, explanation)
}
