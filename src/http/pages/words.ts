import { ownValue } from '../../basics/own-value.ts'
import type { OAuthError } from '../../oauth/model/errors.ts'
import type { User } from '../../oauth/model/records.ts'
import type { PageTexts } from '../../providers/page-texts.ts'
import type { SignInPages } from '../../providers/sign-in-pages.ts'
import type { Exchange } from '../exchange.ts'

/** How the vendor words its pages, with what it names filled in. */
export interface Words {
  texts: PageTexts
  pages?: SignInPages | undefined
}

/** The vendor's words for a page about an app and a user. */
export function wordsOf(
  { sandbox, context }: Exchange,
  about: { app?: string; user?: string; name?: string; redirect?: string; place?: string } = {},
): Words {
  const { texts, sign_in, own_spaces } = sandbox.provider
  const [space = sandbox.name] = Object.values(context.space?.path ?? {})
  const names = { company: sandbox.company, place: sandbox.company, space: own_spaces?.title?.(sandbox.documents) ?? space, ...about }
  return { texts: filled(texts, names), pages: sign_in && filled(sign_in, names) }
}

/** The same data with names filled into its texts; a name that is not known stays. */
function filled<T>(data: T, names: Readonly<Record<string, string>>): T {
  if (typeof data === 'string') return data.replace(/\{(\w+)\}/g, (whole, name) => ownValue(names, name) ?? whole) as T
  if (Array.isArray(data)) return data.map((one) => filled(one, names)) as T
  if (typeof data !== 'object' || data === null) return data
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, filled(value, names)])) as T
}

/** What the vendor's page for an error says; undefined for one with no such page. @param user who is signed in */
export function errorWords(exchange: Exchange, error: OAuthError, accept: string | undefined, user: User | undefined) {
  const { provider, settings } = exchange.sandbox
  const { pages } = wordsOf(exchange)
  if (pages?.error === undefined) return undefined
  const { context } = exchange
  const situation = { grant_type: context.trace.grant_type, accept, space: context.space, context }
  const { status, body } = provider.errorReply(error, exchange.endpoint, settings, situation)
  const signedIn = user === undefined ? {} : { address: user.email ?? user.username }
  const members = Object.entries({ ...signedIn, ...(body ?? {}) }).map(([name, value]) => [name, String(value)])
  const { lines = [], ...words } = filled(pages.error, Object.fromEntries(members))
  return { ...words, status, lines: lines.filter((line) => !/\{\w+\}/.test(line)) }
}
