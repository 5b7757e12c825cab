import { parseJson } from '../../basics/json.ts'
import { OAuthError } from '../model/errors.ts'
import type { AuthorizationRequest, Client, Prompt } from '../model/records.ts'
import { scopes } from '../model/scope.ts'
import type { Settings } from '../model/settings.ts'

/** The parameters of an authorization request that have a form of their own, read and held to it. */

const prompts: readonly string[] = ['none', 'login', 'consent', 'select_account', 'create']

function invalid(parameter: string, message: string, explanation: string): OAuthError {
  return new OAuthError('parameter_invalid', message, explanation).naming({ parameter })
}

/** What `prompt` may say. */
export const promptValues = prompts

/** OpenID Connect Core §3.1.2.1. */
export function readPrompt(prompt: string | undefined): Prompt[] {
  const values = scopes(prompt)
  const unknown = values.find((value) => !prompts.includes(value))
  if (unknown !== undefined) {
    throw invalid('prompt', 'prompt is not supported', `prompt '${unknown}' is none of: ${prompts.join(', ')}`)
  }
  if (values.includes('none') && values.length > 1) {
    throw invalid('prompt', 'prompt=none stands alone', `prompt is '${prompt}' (OpenID Connect Core §3.1.2.1)`)
  }
  return values as Prompt[]
}

/** Whole seconds; what the client registered when the request has none (OpenID Connect Core §3.1.2.1, Registration §2). */
export function readMaxAge(max_age: string | undefined, { metadata }: Client): number | undefined {
  if (max_age === undefined) return metadata.default_max_age
  if (/^\d{1,10}$/.test(max_age)) return Number(max_age)
  throw invalid('max_age', 'max_age is malformed', `max_age '${max_age}' is no whole number of seconds`)
}

/** RFC 9449 §10: the thumbprint is that of RFC 7638, 256 bits of base64url. */
export function readThumbprint(dpop_jkt: string | undefined): string | undefined {
  if (dpop_jkt === undefined || /^[A-Za-z0-9_-]{43}$/.test(dpop_jkt)) return dpop_jkt
  const explanation = `dpop_jkt '${dpop_jkt}' is no SHA-256 thumbprint in base64url (RFC 9449 §10)`
  throw invalid('dpop_jkt', 'dpop_jkt is malformed', explanation)
}

type ClaimsRequest = NonNullable<AuthorizationRequest['claims']>

/** The `claims` parameter (OpenID Connect Core §5.5): members that we do not know are left out. @param lenient what is no JSON asks for nothing */
export function readClaimsRequest(claims: string | undefined, lenient = false): ClaimsRequest | undefined {
  if (claims === undefined) return undefined
  let value: unknown
  try {
    value = parseJson(claims)
  } catch {
    if (lenient) return undefined
    throw malformedClaims('it is no JSON')
  }
  if (!isObject(value)) throw malformedClaims('it is no JSON object')
  const request: ClaimsRequest = {}
  for (const where of ['id_token', 'userinfo'] as const) {
    const wanted = value[where]
    if (wanted === undefined || wanted === null) continue
    if (!isObject(wanted)) throw malformedClaims(`its member ${where} is no object`)
    for (const [name, how] of Object.entries(wanted)) checkMember(`${where}.${name}`, how)
    request[where] = wanted
  }
  return request
}

/** OpenID Connect Core §5.5.1. */
function checkMember(name: string, how: unknown): void {
  if (how === null) return
  if (!isObject(how)) throw malformedClaims(`${name} is neither null nor an object`)
  if (how.essential !== undefined && typeof how.essential !== 'boolean') throw malformedClaims(`essential of ${name} is no boolean`)
  if (how.values !== undefined && !Array.isArray(how.values)) throw malformedClaims(`values of ${name} is no list`)
}

function malformedClaims(why: string): OAuthError {
  return invalid('claims', 'claims is malformed', `The parameter claims is malformed: ${why} (OpenID Connect Core §5.5)`)
}

/** The values that a claim was asked to have; undefined when any will do. */
export function wantedValues(request: ClaimsRequest | undefined, where: 'id_token' | 'userinfo', name: string): unknown[] | undefined {
  const how = request?.[where]?.[name]
  if (!isObject(how)) return undefined
  return Array.isArray(how.values) ? how.values : how.value === undefined ? undefined : [how.value]
}

/**
 * The authentication context class to tell: the first that was asked for and that the sandbox has.
 * @throws OAuthError when an essential one cannot be had (OpenID Connect Core Unmet Authentication Requirements §2)
 */
export function chooseAcr(
  acr_values: string | undefined,
  claims: ClaimsRequest | undefined,
  { acr_values: supported }: Pick<Settings, 'acr_values'>,
): string | undefined {
  const how = claims?.id_token?.acr
  const wanted = wantedValues(claims, 'id_token', 'acr')?.filter((value) => typeof value === 'string')
  const asked = wanted ?? scopes(acr_values)
  const found = asked.find((value) => supported === null || supported.includes(value))
  if (found === undefined && wanted !== undefined && isObject(how) && how.essential === true) {
    const had = supported?.join(', ') || 'none'
    const explanation = `acr ${wanted.join(', ')} is essential and none of the sandbox's setting acr_values: ${had}`
    throw new OAuthError('unmet_authentication_requirements', 'The authentication context class cannot be had', explanation)
  }
  return found
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
