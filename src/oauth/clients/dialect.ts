import type { MaybePromise } from '../../basics/maybe-promise.ts'
import { ownValue } from '../../basics/own-value.ts'
import { OAuthError } from '../model/errors.ts'
import { registeredParameters } from '../model/parameter-names.ts'
import { type Parameters, type ReadParameters, readParameters } from '../model/parameters.ts'
import type { Client } from '../model/records.ts'
import { isCodeName, isSecretName } from '../model/secret-names.ts'
import { type Context, noteTo, type RequestDialect } from '../realm/context.ts'
import { authenticateClient } from './authentication.ts'
import { failed } from './methods/method.ts'

/**
 * Reads a client's request under the RFCs' names. What the vendor calls otherwise is not known by the RFC's name.
 * @param repeatable parameters that may come several times, by the RFCs' names
 */
export function readRequest(
  source: unknown,
  context: Pick<Context, 'realm' | 'trace'>,
  repeatable: readonly string[] = [],
): ReadParameters {
  const dialect = context.realm.requests
  const isKnown = (name: string) => registeredParameters.has(name) || isOwnParameter(name, dialect)
  if (dialect?.parameters === undefined && dialect?.scope_separator === undefined) return readParameters(source, repeatable, isKnown)
  const { parameters: names = {}, scope_separator } = dialect
  const renamed = Object.keys(names).filter((wire) => repeatable.includes(names[wire] ?? ''))
  const read = readParameters(source, [...repeatable, ...renamed], isKnown)
  const parameters = translate(read.parameters, names, context)
  const { scope } = parameters
  if (scope === undefined || scope_separator === undefined) return { ...read, parameters }
  return { ...read, parameters: { ...parameters, scope: scope.replaceAll(scope_separator, ' ').trim() } }
}

function translate(parameters: Parameters, names: Readonly<Record<string, string>>, context: Pick<Context, 'trace'>): Parameters {
  for (const [wire, name] of Object.entries(names)) {
    if (parameters[name] === undefined || Object.hasOwn(names, name)) continue
    noteTo(context, `The request has ${name}: without effect, because this vendor calls it ${wire}`)
  }
  const translated: Record<string, string | undefined> = Object.assign(Object.create(null), parameters)
  for (const name of Object.values(names)) delete translated[name]
  for (const wire of Object.keys(names)) delete translated[wire]
  for (const [wire, name] of Object.entries(names)) if (parameters[wire] !== undefined) translated[name] = parameters[wire]
  return translated
}

function isOwnParameter(name: string, { parameters = {}, grants }: RequestDialect = {}): boolean {
  return Object.hasOwn(parameters, name) || [...(grants?.values() ?? [])].some((grant) => grant.parameters.includes(name))
}

/** What names a secret in a vendor's requests: whatever does anywhere, its own names, and its names of the RFCs' secrets. */
export function isSecretIn({ secrets = [], parameters = {} }: RequestDialect = {}): (name: string) => boolean {
  const isSecret = (name: string) => isSecretName(name) || isCodeName(name)
  return (name) => isSecret(name) || secrets.includes(name) || isSecret(ownValue(parameters, name) ?? '')
}

/** Finds out which client speaks, as the vendor wants it told. */
export function authenticateAs(
  dialect: RequestDialect,
  authorization: string | undefined,
  parameters: Parameters,
  context: Context,
): MaybePromise<Client> {
  const own = dialect.grants?.get(parameters.grant_type ?? '')?.authenticate
  if (own !== undefined) return own(authorization, parameters, context)
  if (dialect.secret_in === 'body') {
    if (authorization !== undefined) noteTo(context, 'The Authorization header is without effect: this vendor does not look at it')
    if (parameters.client_id !== undefined) return authenticateClient(undefined, parameters, context)
    throw new OAuthError(
      'client_missing',
      'Empty client ID',
      'This vendor takes client_id and client_secret from the body alone, and client_id is not there; an Authorization header is not looked at',
    )
  }
  if (dialect.secret_in === 'header' && parameters.client_secret !== undefined && !/^basic\b/i.test(authorization?.trim() ?? '')) {
    if (parameters.client_id !== undefined) context.trace.client_id = parameters.client_id
    const explanation = 'client_secret came in the body; this vendor takes credentials in an "Authorization: Basic" header alone'
    throw failed('auth_method_not_allowed', explanation)
  }
  return authenticateClient(authorization, parameters, context)
}
