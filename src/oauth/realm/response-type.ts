import type { Client, ResponseMode } from '../model/records.ts'
import type { Realm } from './context.ts'

/** Every response type that the protocol knows (RFC 6749 §3.1.1, OAuth 2.0 Multiple Response Types §3 to §5). */
export const responseTypes = [
  'code',
  'code id_token',
  'code id_token token',
  'code token',
  'id_token',
  'id_token token',
  'none',
  'token',
] as const

/** Every response mode that the protocol knows. */
export const responseModes: readonly ResponseMode[] = [
  ...(['query', 'fragment', 'form_post', 'query.jwt', 'fragment.jwt', 'form_post.jwt'] as const),
  'web_message',
]

/** What a provider has that names none. */
export const usualResponseModes: readonly ResponseMode[] = ['query', 'fragment', 'form_post']

/** A response type with its values in alphabetical order, for their order does not matter (RFC 6749 §3.1.1). */
export function normalResponseType(response_type: string): string {
  return response_type.split(' ').sort().join(' ')
}

/** The values of a response type. */
export function responseValues(response_type: string): string[] {
  return response_type.split(' ')
}

/** Whether the answer carries tokens through the browser. */
export function inFrontChannel(response_type: string): boolean {
  return responseValues(response_type).some((value) => value === 'token' || value === 'id_token')
}

/** What a sandbox serves: under `rfc` no access token goes through the browser (RFC 9700 §2.1.2). */
export function servedResponseTypes({ response_types, settings }: Pick<Realm, 'response_types' | 'settings'>): readonly string[] {
  return settings.strictness === 'rfc' ? response_types.filter((type) => !responseValues(type).includes('token')) : response_types
}

/** Whether a client may use a response type: as it registered, else as its grant types say (RFC 7591 §2.1). */
export function mayUse({ metadata, grant_types }: Client, response_type: string): boolean {
  if (metadata.response_types !== undefined) return metadata.response_types.map(normalResponseType).includes(response_type)
  const codes = grant_types.includes('authorization_code')
  const implicit = grant_types.includes('implicit')
  if (response_type === 'none') return codes || implicit
  return (!responseValues(response_type).includes('code') || codes) && (!inFrontChannel(response_type) || implicit)
}

/**
 * How the answer travels: as asked, else in the query, or in the fragment when tokens go with it (OAuth 2.0 Multiple Response
 * Types §2.1; JARM §2.3.4 for `jwt` alone).
 * @returns the mode for whatever can be answered, and the rule that the request breaks
 */
export function responseModeOf(
  response_type: string,
  asked: string | undefined,
  served: readonly ResponseMode[],
  redirect_uri: string,
): { response_mode: ResponseMode; problem?: string } {
  const usual = inFrontChannel(response_type) ? 'fragment' : 'query'
  if (asked === undefined) return { response_mode: usual }
  const wanted = asked === 'jwt' ? `${usual}.jwt` : asked
  const response_mode = served.find((mode) => mode === wanted)
  if (response_mode === undefined) {
    return { response_mode: usual, problem: `response_mode '${asked}' is none of: ${listModes(served).join(', ')}` }
  }
  if (/message$/.test(response_mode) && !/^https?:/i.test(redirect_uri)) {
    const problem = `response_mode '${response_mode}' posts to the origin of the redirect_uri, and '${redirect_uri}' has none`
    return { response_mode: usual, problem }
  }
  if (usual === 'fragment' && response_mode.startsWith('query')) {
    const problem = `response_mode '${asked}' would put the tokens of response_type '${response_type}' into the query, where servers log them`
    return { response_mode: response_mode === 'query' ? 'fragment' : 'fragment.jwt', problem }
  }
  return { response_mode }
}

/** The modes as clients may ask for them: `jwt` stands for the usual one of a response type. */
export function listModes(served: readonly ResponseMode[]): string[] {
  return [...served, ...(served.includes('query.jwt') ? ['jwt'] : [])]
}

/** The grant types that a sandbox serves: under `rfc` no passwords are handed to clients (OAuth 2.1 §10.1, RFC 9700 §2.4). */
export function servedGrantTypes({ grant_types, settings }: Pick<Realm, 'grant_types' | 'settings'>): readonly string[] {
  return settings.strictness === 'rfc' ? grant_types.filter((one) => one !== 'password') : grant_types
}
