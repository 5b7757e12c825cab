import { page } from '../frame/page.ts'
import { part, type Visit } from '../frame/visit.ts'
import { exchangeCommand } from './snippets.ts'

/** The dashboard's own redirect URI, for who wants to see what comes back from a sign-in. */
export function callbackUri({ origin, base }: Pick<Visit, 'origin' | 'base'>): string {
  return `${origin}${base}/callback`
}

const callbackPage = page<{ sent: readonly { name: string; value: string }[]; failed: boolean; command?: string | undefined }>('callback')

/** What a sign-in sent back. It is shown and nothing else: whoever asked for it has to redeem it. */
export const callbackPages = part({}, ({ get }) => {
  get('/callback', (visit) => {
    const { sandbox, query, addresses } = visit
    const code = query.raw('code')
    const names = ['code', 'state', 'iss', 'scope', 'error', 'error_description']
    const sent = names.flatMap((name) => {
      const value = query.raw(name)
      return value === undefined ? [] : { name, value }
    })
    const grant_client = code === undefined ? undefined : clientOf(visit)
    return visit.show(callbackPage, {
      title: 'Callback',
      sent,
      failed: query.has('error'),
      command: code && grant_client && exchangeCommand(sandbox, grant_client, addresses.base_url, callbackUri(visit), code),
    })
  })
})

/** The client that the newest sign-in to this address was for: a redirect does not say it. */
function clientOf(visit: Visit) {
  const { sandbox } = visit
  const uri = encodeURIComponent(callbackUri(visit))
  const entries = sandbox.journal.list({ endpoint: 'authorize' })
  const asked = entries.findLast(
    (entry) =>
      entry.client_id !== undefined && (entry.url.includes(uri) || locationOf(entry.response_headers).startsWith(callbackUri(visit))),
  )
  if (asked?.client_id === undefined) return undefined
  return sandbox.store.findClient(asked.client_id)
}

function locationOf(headers: Readonly<Record<string, unknown>>): string {
  return typeof headers.location === 'string' ? headers.location : ''
}
