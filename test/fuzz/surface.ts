import { protocolEndpoints } from '../../src/http/endpoints/registry.ts'
import type { Endpoint } from '../../src/oauth/model/endpoint.ts'
import { OAuthError } from '../../src/oauth/model/errors.ts'
import { isReason, reasons } from '../../src/oauth/model/reasons.ts'
import { defaultSettings } from '../../src/oauth/model/settings.ts'
import { initialSettings } from '../../src/providers/own-settings.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { allProviders } from '../../src/providers/registry.ts'
import { cognitoTargets } from './cognito-operations.ts'

/** A JSON schema as the control API's description has them; only what the fuzzer looks at. */
export interface JsonSchema {
  $ref?: string
  type?: string | string[]
  enum?: unknown[]
  const?: unknown
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  allOf?: JsonSchema[]
  properties?: Record<string, JsonSchema>
  required?: string[]
  items?: JsonSchema
  additionalProperties?: JsonSchema | boolean
  minimum?: number
  maximum?: number
  [other: string]: unknown
}

/** A place that answers. */
export interface Target {
  /** Whose words its errors are said in: a provider's id, `control` or `dashboard`. */
  speaker: string
  /** It says errors in a way of its own. */
  own_words?: boolean
  /** Those that it answers; the fuzzer uses others too. */
  methods: readonly string[]
  /** With `:name` for parts that vary. */
  path: string
  query?: readonly string[]
  body?: JsonSchema
  /** Sent with every request. */
  headers?: readonly (readonly [name: string, value: string])[]
  /** How often it is asked, compared with others. */
  weight: number
}

/** Every endpoint and route of these providers, from the tables that serve them. */
export async function providerTargets(): Promise<Target[]> {
  return (await allProviders()).flatMap((provider): Target[] => [
    ...protocolEndpoints.flatMap((one) =>
      one.paths(provider).flatMap((path): Target[] => {
        const asked = { speaker: provider.id, methods: Object.keys(one.handlers), weight: /authorize|token/.test(one.endpoint) ? 30 : 4 }
        return path === undefined ? [] : placed(provider, path).map((path) => ({ ...asked, path }))
      }),
    ),
    ...provider.routes.flatMap(({ method, path }) =>
      placed(provider, path).map(
        (path): Target => ({
          speaker: provider.id,
          own_words: !oneDialect.has(provider.id),
          methods: [method],
          path,
          query: apiQuery,
          weight: 2,
        }),
      ),
    ),
    ...(provider.id === 'cognito' ? cognitoTargets : []),
    { speaker: provider.id, methods: ['GET'], path: '/nothing/here/:name', weight: 1 },
  ])
}

/** Whose APIs say each error as their token endpoints do; the others have words for each route. */
const oneDialect = new Set(['iokids', 'wildix', 'socialid', 'deyel', 'gateway', 'standard'])

/** A path in the space that is there from the beginning, and, where it names one, in any other. */
export function placed({ spaces = {} }: Provider, path: string): string[] {
  const usual = path.replaceAll(
    /\{(\w+)\}|:(\w+)/g,
    (whole, part: string, parameter: string) => spaces[part ?? parameter]?.default ?? whole,
  )
  const any = path.replaceAll(/\{(\w+)\}/g, ':$1')
  return usual === any ? [usual] : [usual, usual, usual, any]
}

const apiQuery = ['limit', 'cursor', 'q', 'type', 'count', 'seed', 'size', 'before', 'filter', 'with', 'fields', 'sort', 'x', 'y']

/** An OpenAPI description; only what the fuzzer looks at. */
interface Description {
  paths: Record<string, Record<string, Operation>>
  components?: { schemas?: Record<string, JsonSchema> }
}
interface Operation {
  parameters?: { name: string; in: string }[]
  requestBody?: { content?: Record<string, { schema?: JsonSchema }> }
}

/** Every route of the control API, from its own description, and the schemas that it refers to. */
export async function controlTargets(url: string): Promise<{ targets: Target[]; schemas: Record<string, JsonSchema> }> {
  const description = (await (await fetch(`${url}/_grantbox/openapi.json`)).json()) as Description
  const targets = Object.entries(description.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, { parameters = [], requestBody }]): Target => {
      const body = Object.values(requestBody?.content ?? {})[0]?.schema
      return {
        speaker: 'control',
        methods: [method.toUpperCase()],
        path: path.replaceAll(/\{(\w+)\}/g, ':$1'),
        query: parameters.filter((one) => one.in === 'query').map((one) => one.name),
        ...(body !== undefined && { body }),
        weight: path.endsWith('/sandboxes') && method === 'post' ? 12 : 4,
      }
    }),
  )
  return {
    targets: [...targets, { speaker: 'control', methods: ['GET'], path: '/_grantbox/assets/:name', weight: 1 }],
    schemas: description.components?.schemas ?? {},
  }
}

/**
 * The dashboard's pages, found by following its links, and the forms that stand on them, filled in as they are.
 * @param below follows only links that begin so
 * @param most ends after so many
 */
export async function dashboardTargets(
  url: string,
  below = '/dashboard',
  most = 80,
): Promise<{ targets: Target[]; forms: Map<string, string[]> }> {
  const first = await fetch(`${url}/dashboard`, { redirect: 'manual' })
  const cookie = first.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ')
  const forms = new Map<string, string[]>()
  const queue = [below]
  for (let path = queue.shift(); path !== undefined && forms.size < most; path = queue.shift()) {
    if (forms.has(path) || !path.startsWith(below)) continue
    forms.set(path, [])
    const answer = await fetch(url + path, { redirect: 'manual', headers: { cookie } })
    const location = answer.headers.get('location')
    if (location !== null) queue.push(location)
    const html = answer.headers.get('content-type')?.includes('html') ? await answer.text() : ''
    for (const [, link = ''] of html.matchAll(/(?:href|action|src)="(\/dashboard[^"#?]*)/g)) queue.push(link)
    for (const [, action = '', inside = ''] of html.matchAll(/<form[^>]* action="([^"]+)"[^>]*>(.*?)<\/form>/gs)) {
      const names = [...inside.matchAll(/<(?:input|textarea|select|button)[^>]* name="([^"]+)"(?:[^>]* value="([^"]*)")?/g)]
      const form = new URLSearchParams(names.map(([, name = '', value = 'x']): [string, string] => [name, value])).toString()
      forms.set(action, [...(forms.get(action) ?? []), form])
    }
  }
  const targets = [...forms.keys(), '/dashboard/:name', '/dashboard/:sandbox/:name'].map((path): Target => {
    const filled = (forms.get(path)?.length ?? 0) > 0
    return {
      speaker: 'dashboard',
      methods: filled ? ['GET', 'POST', 'POST'] : ['GET'],
      path,
      weight: filled ? 4 : 1,
      headers: [['cookie', cookie]],
    }
  })
  return { targets, forms }
}

/** The members that the bodies of a provider's errors have: each list is one way to say one. */
export function errorShapes(provider: Provider): ReadonlySet<string> {
  const kinds = [
    ...([
      'invalid_request',
      'invalid_client',
      'invalid_grant',
      'invalid_token',
      'insufficient_scope',
      'access_denied',
      'server_error',
    ] as const),
    ...(['not_found', 'method_not_allowed', 'malformed_body', 'payload_too_large', 'unsupported_media_type'] as const),
    ...Object.keys(reasons).filter(isReason),
  ]
  const endpoints: Endpoint[] = ['token', 'userinfo', 'introspection', 'revocation', 'par', 'registration', 'api', 'discovery', 'jwks']
  const shapes = kinds.flatMap((kind) =>
    endpoints.flatMap((endpoint) =>
      ['application/json', '*/*'].map((accept) => {
        const error = new OAuthError(kind, 'message', 'explanation')
        const situation = { grant_type: 'password', accept }
        return shapeOf(provider.errorReply(error, endpoint, { ...defaultSettings, ...initialSettings(provider) }, situation).body)
      }),
    ),
  )
  return new Set(shapes)
}

/** What an error's body is, without its values. */
export function shapeOf(body: unknown): string {
  if (body === undefined || body === '') return 'nothing'
  if (typeof body === 'string') {
    try {
      return shapeOf(JSON.parse(body))
    } catch {
      return /^[\w.]+=[^&]*(&[\w.]+=[^&]*)*$/.test(body) ? 'form' : /^\s*<(!doctype|html)/i.test(body) ? 'page' : 'text'
    }
  }
  if (typeof body !== 'object' || body === null) return typeof body
  // Some vendors list what is wrong by the names of parameters.
  if (Object.values(body).every((value) => Array.isArray(value) && value.every((one) => typeof one === 'string'))) return 'lists'
  return Object.entries(body)
    .flatMap(([name, value]) => (value === undefined ? [] : [name]))
    .sort()
    .join(' ')
}
