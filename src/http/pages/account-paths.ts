import { given } from '../../basics/given.ts'
import type { Obstacle } from '../../oauth/authorization/obstacle.ts'
import type { Interaction, User } from '../../oauth/model/records.ts'
import type { AccountPage } from '../../providers/account-pages.ts'
import type { NewUserValues } from '../../providers/new-user.ts'
import { pathIn } from '../../providers/space.ts'
import { type Exchange, pagePath } from '../exchange.ts'
import type { PageLink } from './views.ts'

/** Where the form of a page beside the sign-in goes. */
export function accountAction(exchange: Exchange, path: string): string {
  return pagePath(exchange) + pathIn(exchange.context.space, path)
}

/** A page beside the sign-in, in the course of one. */
export function accountPath(exchange: Exchange, path: string, transaction: string, values: NewUserValues = {}): string {
  const query = new URLSearchParams({ transaction, ...(given(values) as Record<string, string>) })
  return `${accountAction(exchange, path)}${path.includes('?') ? '&' : '?'}${query}`
}

/** Those that there are. */
function pagesOf({ sandbox, context }: Exchange): readonly AccountPage[] {
  const { pages = [] } = sandbox.provider.account_pages ?? {}
  return pages.filter((page) => page.refuses?.(context) === undefined)
}

/** Where a new user joins in the course of a sign-in. */
export function joinPath(exchange: Exchange, transaction: string): string | undefined {
  const { sign_up, join = sign_up } = exchange.paths
  if (join !== undefined) return `${pagePath(exchange)}${join}?transaction=${transaction}`
  const page = pagesOf(exchange).find(({ joins }) => joins === true)
  return page && accountPath(exchange, page.path, transaction)
}

/** Where a sign-in page leads, beside what it is for. */
export function accountLinks(exchange: Exchange, interaction: Pick<Interaction, 'id' | 'request' | 'client'>): PageLink[] {
  const { context, sandbox, base_url } = exchange
  const elsewhere = sandbox.provider.steps?.links?.(interaction, context) ?? []
  const own = pagesOf(exchange).flatMap(({ link, path, edition }) =>
    link === undefined || edition !== context.space?.edition ? [] : [{ text: link, href: accountPath(exchange, path, interaction.id) }],
  )
  return [...own, ...elsewhere.map(({ path, ...one }) => ({ ...one, href: base_url + path }))]
}

/** The page to which a user is sent who gave his password, instead of being signed in. */
export function insteadPath(
  exchange: Exchange,
  { id, request }: Pick<Interaction, 'id' | 'request'>,
  user: User,
  is_signed_in = false,
): string | undefined {
  const { account_pages } = exchange.sandbox.provider
  const path = account_pages?.instead(user, exchange.sandbox, request, exchange.context.space, is_signed_in)
  const page = account_pages?.pages.find((one) => one.path === path)
  if (page === undefined) return undefined
  return accountPath(exchange, page.path, id, page.after_password === true ? {} : { username: user.username })
}

/** What a user still has to do who is signed in, where the vendor asks him as well. */
export function accountObstacle(
  { sandbox, context }: Exchange,
  { request }: Pick<Interaction, 'request'>,
  user: User,
): Obstacle | undefined {
  const { account_pages } = sandbox.provider
  const path = account_pages?.always === true ? account_pages.instead(user, sandbox, request, context.space, true) : undefined
  if (path === undefined) return undefined
  return { step: 'account', kind: 'interaction_required', explanation: `User '${user.username}' has something to do first, at ${path}` }
}
