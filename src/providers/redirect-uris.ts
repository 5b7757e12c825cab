/** What every preloaded client may redirect to: Postman's callbacks, and a callback on this machine at any port (RFC 8252 §7.3). */
export const preloadedRedirectUris: readonly string[] = [
  'https://www.getpostman.com/oauth2/callback',
  'https://oauth.pstmn.io/v1/callback',
  'https://oauth.pstmn.io/v1/browser-callback',
  'http://127.0.0.1/callback',
  'http://localhost/callback',
]

const thisMachine = ['127.0.0.1', '[::1]', 'localhost']

/** Whether an address is over http and not on this machine, where vendors let developers do without https. */
export function isOpenHttp(uri: string): boolean {
  return /^http:/i.test(uri) && URL.canParse(uri) && !thisMachine.includes(new URL(uri).hostname)
}

/** A segment that leads up, however it is written. */
const leadsUp = /(?:^|[/\\]|%2f|%5c)(?:\.|%2e){2}(?:$|[/\\]|%2f|%5c)/i

/**
 * Whether a redirect URI is a registered one or lies below it: the same scheme, host and port, the same path or more segments, any query.
 * @param rule whether the host may also be a sub-domain; on this machine any port will do
 */
export function isBelow(registered: string, came: string, rule: { sub_domains?: boolean } = {}): boolean {
  if (!URL.canParse(registered) || !URL.canParse(came) || came.includes('#')) return false
  const [wanted, got] = [new URL(registered), new URL(came)]
  if (wanted.protocol !== got.protocol || got.username !== '' || got.password !== '' || leadsUp.test(came.split('?')[0] ?? '')) return false
  const samePort = wanted.port === got.port || (wanted.protocol === 'http:' && thisMachine.includes(wanted.hostname))
  const sameHost = wanted.hostname === got.hostname || (rule.sub_domains === true && got.hostname.endsWith(`.${wanted.hostname}`))
  const folder = wanted.pathname.endsWith('/') ? wanted.pathname : `${wanted.pathname}/`
  return samePort && sameHost && (got.pathname === wanted.pathname || got.pathname.startsWith(folder))
}
