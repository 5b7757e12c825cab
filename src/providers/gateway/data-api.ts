import { OAuthError } from '../../oauth/model/errors.ts'
import { requireAccessToken } from '../../oauth/proof/access-token.ts'
import { presentedToken } from '../../oauth/proof/presented-token.ts'
import type { ApiRequest, Reply, Route } from '../provider.ts'
import { type Item, resources } from './demo-data.ts'
import { FilterError, parseFilter } from './filter.ts'
import { gatewaySettings } from './settings.ts'

const defaultTop = 10
const maxTop = 200

/** The data behind the gateway. */
export const gatewayRoutes: readonly Route[] = [
  { method: 'GET', path: '/reso/odata/:resource', handle: list },
  { method: 'GET', path: '/reso/odata', handle: catalogue },
]

/** @throws OAuthError as the gateway refuses: 401 for the token, then 403 for the key and where the request comes from */
async function admit({ context, authorization, headers, settings }: ApiRequest): Promise<void> {
  await requireAccessToken(presentedToken(authorization, undefined), context)
  const name = headers['x-api-key']
  const keys = gatewaySettings.of(settings).api_keys
  if (typeof name !== 'string' || !Object.hasOwn(keys, name)) {
    const came = name === undefined ? 'no x-api-key came' : `x-api-key '${name}' came`
    throw forbidden(`${came}; the setting api_keys has: ${Object.keys(keys).join(', ') || 'none'}`)
  }
  const { referers, origins } = keys[name] ?? {}
  check('Referer', headers.referer, referers)
  check('Origin', headers.origin, origins)
}

function check(header: string, came: string | undefined, allowed: readonly string[] | undefined): void {
  if (allowed === undefined || allowed.length === 0) return
  const bare = (url: string) => url.replace(/(?<!\/)\/+$/, '')
  // A referer may be any page below the one that is listed.
  const matches = (one: string) =>
    came !== undefined && (bare(came) === bare(one) || (header === 'Referer' && came.startsWith(`${bare(one)}/`)))
  if (allowed.some(matches)) return
  throw forbidden(`${header} '${came ?? 'none'}' is not on the list of this x-api-key: ${allowed.join(', ')}`)
}

function forbidden(explanation: string): OAuthError {
  return new OAuthError('access_denied', 'Forbidden', explanation, {}, 403)
}

async function catalogue(request: ApiRequest): Promise<Reply> {
  await admit(request)
  return { status: 200, body: { value: [...resources.keys()].map((name) => ({ name, kind: 'EntitySet', url: name })) } }
}

async function list(request: ApiRequest): Promise<Reply> {
  await admit(request)
  const { params, query, base_url } = request
  const items = resources.get(params.resource ?? '')
  if (items === undefined) {
    const explanation = `There is no resource '${params.resource}'; there are: ${[...resources.keys()].join(', ')}`
    throw new OAuthError('not_found', 'Resource not found', explanation)
  }
  const unknown = Object.keys(query).find((name) => name.startsWith('$') && !options.includes(name))
  if (unknown !== undefined) throw invalid(unknown, `is not supported; supported are ${options.join(', ')}`)
  const members = new Set(Object.keys(items[0] ?? {}))
  const wanted = filtered(items, query.$filter, members)
  const sorted = ordered(wanted, query.$orderby, members)
  const top = whole('$top', query.$top, defaultTop, maxTop)
  const skip = whole('$skip', query.$skip, 0, Number.MAX_SAFE_INTEGER)
  const value = selected(sorted.slice(skip, skip + top), query.$select, members)
  const next = new URLSearchParams({ ...given(query), $top: String(top), $skip: String(skip + top) })
  return {
    status: 200,
    body: {
      value,
      ...(skip + top < sorted.length && top > 0 ? { nextLink: `${base_url}/reso/odata/${params.resource}?${unescaped(next)}` } : {}),
      ...(flag('$count', query.$count) ? { count: sorted.length } : {}),
    },
  }
}

const options = ['$top', '$skip', '$select', '$filter', '$orderby', '$count']

function filtered(items: readonly Item[], text: string | undefined, members: ReadonlySet<string>): readonly Item[] {
  if (text === undefined) return items
  try {
    return items.filter(parseFilter(text, members))
  } catch (error) {
    if (error instanceof FilterError) throw invalid('$filter', error.message)
    throw error
  }
}

function ordered(items: readonly Item[], text: string | undefined, members: ReadonlySet<string>): readonly Item[] {
  if (text === undefined) return items
  const keys = text.split(',').map((part) => {
    const [, member = '', direction = 'asc'] = /^\s*(\w+)(?:\s+(asc|desc))?\s*$/.exec(part) ?? []
    if (!members.has(member)) throw invalid('$orderby', `expected members with asc or desc, got '${part.trim()}'`)
    return { member, sign: direction === 'desc' ? -1 : 1 }
  })
  return items.toSorted((a, b) => {
    for (const { member, sign } of keys) {
      const [left, right] = [a[member] ?? null, b[member] ?? null]
      // Null stands before everything (OData 4.01 part 1 §11.2.6.2).
      const difference = left === right ? 0 : left === null ? -1 : right === null ? 1 : left < right ? -1 : 1
      if (difference !== 0) return difference * sign
    }
    return 0
  })
}

function selected(items: readonly Item[], text: string | undefined, members: ReadonlySet<string>): readonly Item[] {
  if (text === undefined || text.trim() === '*') return items
  const names = text.split(',').map((name) => name.trim())
  const unknown = names.find((name) => !members.has(name))
  if (unknown !== undefined) throw invalid('$select', `'${unknown}' is none of the members: ${[...members].join(', ')}`)
  return items.map((item) => Object.fromEntries(names.map((name) => [name, item[name] ?? null])))
}

function whole(option: string, text: string | undefined, absent: number, most: number): number {
  if (text === undefined) return absent
  if (!/^\d{1,9}$/.test(text)) throw invalid(option, `expected a whole number from 0, got '${text}'`)
  return Math.min(Number(text), most)
}

function flag(option: string, text: string | undefined): boolean {
  if (text !== undefined && text !== 'true' && text !== 'false') throw invalid(option, `expected true or false, got '${text}'`)
  return text === 'true'
}

function invalid(option: string, what: string): OAuthError {
  return new OAuthError('invalid_request', `${option}: ${what}`, `${option}: ${what}`)
}

function given(query: ApiRequest['query']): Record<string, string> {
  return Object.fromEntries(Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
}

/** A dollar sign needs no escape in a query, and people read these links. */
function unescaped(query: URLSearchParams): string {
  return query.toString().replaceAll('%24', '$')
}
