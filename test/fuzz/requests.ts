import fc, { type Arbitrary } from 'fast-check'
import type { JsonSchema, Target } from './surface.ts'
import { fromSchema, jsonText, nastyJson, nastyText } from './values.ts'

/** A request as it goes over the wire; text is one character for each byte. */
export interface FuzzRequest {
  speaker: string
  own_words?: boolean | undefined
  method: string
  path: string
  headers: readonly (readonly [name: string, value: string])[]
  body: string | undefined
}

/** What the fuzzer knows of the world that it asks. */
export interface World {
  schemas: Record<string, JsonSchema>
  /** Values that mean something: client ids, secrets, tokens, names of sandboxes. */
  values: readonly string[]
  /** Access tokens, and other things that stand behind `Bearer`. */
  tokens: readonly string[]
  /** Queries and forms that are right for something, by path or by who speaks. */
  forms: ReadonlyMap<string, readonly string[]>
  /** Names that stand for a sandbox in a path, and for the other variable parts. */
  sandboxes: readonly string[]
}

const parameterNames = (
  'grant_type client_id client_secret redirect_uri code code_verifier code_challenge code_challenge_method scope state nonce response_type ' +
  'response_mode username password refresh_token token token_type_hint login_hint prompt max_age display ui_locales id_token_hint acr_values ' +
  'claims request request_uri resource audience assertion client_assertion client_assertion_type device_code user_code auth_req_id ' +
  'binding_message requested_expiry client_notification_token subject_token subject_token_type actor_token actor_token_type ' +
  'requested_token_type dpop_jkt transaction decision pick access_token post_logout_redirect_uri logout_hint first_name last_name type age ' +
  'parent apikey api_key key confirm session __proto__ constructor'
).split(' ')

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'SEARCH', 'LOCK', 'PURGE', 'QUERY']

const contentTypes = [
  'application/x-www-form-urlencoded',
  'application/x-www-form-urlencoded; charset=utf-16',
  'APPLICATION/X-WWW-FORM-URLENCODED',
  'application/json',
  'application/json; charset=utf-8',
  'application/json;charset="',
  'application/merge-patch+json',
  'application/jwt',
  'text/plain',
  'text/xml',
  'multipart/form-data; boundary=x',
  'application/octet-stream',
  'image/svg+xml',
  '',
  ';',
  'application',
  'application/json, text/html',
]

const bytesOf = (text: string) => Buffer.from(text.toWellFormed()).toString('latin1')

/** Text as it may stand in a query or a form: percent-encoded, raw, or broken. */
function encoded(text: Arbitrary<string>): Arbitrary<string> {
  return fc.record({ text, how: fc.constantFrom('percent', 'percent', 'percent', 'raw', 'broken') }).map(({ text, how }) => {
    const whole = text.toWellFormed()
    if (how === 'percent') return encodeURIComponent(whole)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these would end the request line
    if (how === 'raw') return bytesOf(whole).replaceAll(/[\x00-\x20\x7f#]/g, '_')
    return `${encodeURIComponent(whole)}%f${whole.length % 10}%`
  })
}

/** Requests to a target: mostly what could be right, with something of it gone wrong. */
export function requestTo(target: Target, { schemas, values, tokens, forms, sandboxes }: World): Arbitrary<FuzzRequest> {
  const value = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...values) }, { weight: 2, arbitrary: nastyText })
  const name = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...(target.query ?? []), ...parameterNames) },
    { weight: 1, arbitrary: nastyText },
  )
  const pair = fc.tuple(encoded(name), encoded(value)).map(([key, one]) => `${key}=${waitsLittle(key, one)}`)
  const parameters = fc.array(pair, { maxLength: 12 }).map((pairs) => pairs.join('&'))
  const known = forms.get(target.path) ?? forms.get(target.speaker) ?? []
  const right = fc.constantFrom('', ...known)
  const form = fc.oneof(
    { weight: 2, arbitrary: parameters },
    { weight: 2, arbitrary: right },
    {
      weight: 6,
      arbitrary: fc.tuple(right, fc.array(pair, { minLength: 1, maxLength: 2 })).map(([whole, pairs]) => replaced(whole, pairs)),
    },
    { weight: 1, arbitrary: fc.tuple(fc.oneof(parameters, right), flood).map((two) => two.join('&')) },
  )
  const part = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...sandboxes, ...values.filter((one) => one.length < 60)) },
    { weight: 1, arbitrary: nastyText },
  )
  const path = fc.array(encoded(part), { minLength: 4, maxLength: 4 }).map((parts) => {
    let used = 0
    return target.path.replaceAll(/:(\w+)/g, (_whole, part: string) => {
      // Of those whose other parts are asked for none is deleted.
      if (part === 'sandbox' && target.path.endsWith(':sandbox')) return 'fuzzed-doomed'
      const inPlace = part === 'sandbox' ? sandboxes[(parts[0] ?? '').length % sandboxes.length] : parts[used++ % parts.length]
      return inPlace?.replaceAll('?', '%3F') || 'x'
    })
  })
  const json = fc.oneof(
    {
      weight: target.body === undefined ? 1 : 8,
      arbitrary: spoilt(fromSchema(target.body ?? { type: 'object' }, schemas, [...values, ...sandboxes, 'fuzzed-doomed'])),
    },
    { weight: 2, arbitrary: fc.dictionary(fc.constantFrom(...parameterNames), fc.oneof(value, nastyJson), { maxKeys: 8 }) },
    { weight: 1, arbitrary: nastyJson },
  )
  const withBody = fc.oneof(
    { weight: 4, arbitrary: form.map((body) => ({ type: 'application/x-www-form-urlencoded', body })) },
    {
      weight: target.body === undefined ? 2 : 12,
      arbitrary: json.map((one) => ({ type: 'application/json', body: bytesOf(jsonText(one)) })),
    },
    { weight: 2, arbitrary: fc.record({ type: fc.constantFrom(...contentTypes), body: fc.oneof(form, nastyText.map(bytesOf)) }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constantFrom(...contentTypes), body: fc.constant('x'.repeat(1_100_000)) }) },
    { weight: 1, arbitrary: json.map((one) => ({ type: 'application/json', body: bytesOf(jsonText(one)).slice(0, -1) })) },
  )
  return fc
    .record({
      method: fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...target.methods) }, { weight: 1, arbitrary: fc.constantFrom(...methods) }),
      path,
      query: fc.oneof({ weight: 2, arbitrary: fc.constant('') }, { weight: 3, arbitrary: form.map((one) => `?${one}`) }),
      content: fc.option(withBody, { freq: 6, nil: undefined }),
      headers: headers(value, tokens),
    })
    .map(({ method, path, query, content, headers }): FuzzRequest => {
      const bodyless = (method === 'GET' || method === 'HEAD') && (content?.body.length ?? 0) % 3 !== 0
      const body = bodyless ? undefined : content?.body
      const type = body === undefined || content === undefined ? [] : [['content-type', content.type] as const]
      // A request line over the limit of 16 KiB is refused before anything that is asked here.
      return {
        speaker: target.speaker,
        own_words: target.own_words,
        method,
        path: `${path}${query}`.slice(0, 12_000),
        headers: [...type, ...(target.headers ?? []), ...headers],
        body,
      }
    })
}

/** A form with some parameters in place of those of their names. */
function replaced(form: string, pairs: readonly string[]): string {
  const nameOf = (pair: string) => pair.split('=', 1)[0]
  const names = new Set(pairs.map(nameOf))
  return [...form.split('&').filter((pair) => !names.has(nameOf(pair))), ...pairs].join('&')
}

/** Of a question that may wait for its answer. */
function waitsLittle(name: string, value: string): string {
  return name === 'wait' && Number(value) > 0.1 && Number(value) <= 60 ? '0' : value
}

/** The same parameter again and again, or very many of them. */
const flood = fc.oneof(
  fc
    .tuple(fc.constantFrom(...parameterNames), fc.integer({ min: 2, max: 300 }))
    .map(([name, times]) => Array(times).fill(`${name}=x`).join('&')),
  fc.integer({ min: 100, max: 900 }).map((many) => Array.from({ length: many }, (_, i) => `p${i}=${i}`).join('&')),
  fc.constantFrom('grant_type[]=x&grant_type[a][b]=y', 'a.b.c=1', '&&&===', 'x&y&z', '=', 'grant_type'),
)

/** JSON with one of its members replaced, sometimes. */
function spoilt(json: Arbitrary<unknown>): Arbitrary<unknown> {
  return fc.tuple(json, fc.option(fc.tuple(fc.nat(), nastyJson), { freq: 2 })).map(([value, spoil]) => {
    if (spoil === null || typeof value !== 'object' || value === null || Array.isArray(value)) return value
    const [which, instead] = spoil
    const names = Object.keys(value)
    const name = names[which % (names.length + 1)]
    return name === undefined ? { ...value, [`x${which}`]: instead } : { ...value, [name]: instead }
  })
}

const headerNames = [
  'authorization',
  'dpop',
  'cookie',
  'accept',
  'accept-language',
  'if-none-match',
  'if-match',
  'origin',
  'referer',
  'x-api-key',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-host',
  'forwarded',
  'x-http-method-override',
  'range',
  'content-encoding',
  'accept-encoding',
  'access-control-request-method',
  'access-control-request-headers',
  'last-event-id',
  'user-agent',
  'sec-fetch-site',
  'upgrade',
  'te',
  '__proto__',
]

function headers(value: Arbitrary<string>, tokens: readonly string[]): Arbitrary<[string, string][]> {
  const scheme = fc.constantFrom('', 'Bearer ', 'Basic ', 'DPoP ', 'bearer  ', 'Digest ', 'Negotiate ', 'Basic')
  const text = fc.tuple(scheme, value, fc.boolean()).map(([before, after, base64]) => {
    const content = bytesOf(base64 ? Buffer.from(`${after}:${after}`).toString('base64') : after)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these would end the header
    return (before + content.slice(0, 3000)).replaceAll(/[\x00-\x08\x0a-\x1f\x7f]/g, '?')
  })
  const bearer = fc.tuple(
    fc.constant('authorization'),
    fc.constantFrom(...tokens).map((token) => `Bearer ${token}`),
  )
  const any = fc.tuple(fc.constantFrom(...headerNames), text)
  return fc.array(fc.oneof({ weight: 1, arbitrary: bearer }, { weight: 4, arbitrary: any }), { maxLength: 4 })
}

/** The bytes of a request; the server is asked to end the connection after its answer. */
export function bytes({ method, path, headers, body }: FuzzRequest, host: string): Buffer {
  const length = body === undefined ? [] : [`content-length: ${body.length}`]
  const lines = [`${method} ${path} HTTP/1.1`, `host: ${host}`, 'connection: close', ...headers.map((one) => one.join(': ')), ...length]
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body ?? ''}`, 'latin1')
}
