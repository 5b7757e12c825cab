import { fitsGlob } from '../../basics/glob.ts'
import { ownValue } from '../../basics/own-value.ts'
import { AuthorizationError, PageError } from '../model/errors.ts'
import type { Parameters } from '../model/parameters.ts'
import type { Client } from '../model/records.ts'
import type { Settings } from '../model/settings.ts'
import { type Context, note, type Realm } from '../realm/context.ts'
import type { RedirectRules } from '../realm/redirect-rules.ts'
import { difference, redirectUriProblem, sameRedirectUri } from './redirect-uri.ts'

/** How registered redirect URIs are compared, and which of them could never be met. */

type Match = Settings['redirect_uri_match']

/** A segment that leads up or nowhere, however it is written: it could leave the registered path. */
const dotSegment = /(^|[/\\]|%2f|%5c)(\.|%2e){1,2}($|[/\\?]|%2f|%5c)/i

type Rules = Pick<Realm, 'redirects' | 'settings'> & Partial<Pick<Realm, 'documents'>>

/**
 * Which of those that a client's app registered a URI is, by the vendor's rule and the sandbox's; undefined when none.
 * @param parameters of the authorization request that names it
 */
export function registeredFor(client: Client, came: string, { redirects, settings, documents }: Rules, parameters?: Parameters) {
  const same = redirects?.matches ?? sameRedirectUri
  const uris = client.app.redirect_uris
  const asked = parameters && documents && { parameters, documents }
  // What the vendor reads as a pattern is no address.
  if (uris.includes(came) && redirects?.registers?.(came) !== true) return came
  return uris.find((one) => same(one, came, client, asked) || fits(one, came, settings.redirect_uri_match))
}

/** Whether a URI is one of them. */
export function isRegistered(client: Client, came: string, realm: Rules, parameters?: Parameters): boolean {
  return registeredFor(client, came, realm, parameters) !== undefined
}

/** What a redirect URI is registered for, where the vendor tells kinds of them apart; undefined when the client did not say. */
export function redirectUriType(client: Client, came: string, realm: Rules): string | undefined {
  const registered = registeredFor(client, came, realm)
  return registered === undefined ? undefined : ownValue(client.metadata.redirect_uri_types ?? {}, registered)
}

/**
 * The redirect URI to answer at (RFC 6749 §3.1.2.3): it may be left out when exactly one is registered.
 * @throws PageError because an answer cannot be sent to a URI that is not the client's
 */
export function resolveRedirectUri(client: Client, parameters: Parameters, context: Context): string {
  const { redirect_uri: came, state } = parameters
  const registered = client.app.redirect_uris
  const { redirects, settings } = context.realm
  const details = [{ label: `Registered for ${client.app.name}`, values: registered.length > 0 ? registered : ['none'] }]
  if (came === undefined) {
    const only = registered[0]
    if (only !== undefined && (registered.length === 1 || redirects?.first_is_default === true)) return only
    const why =
      registered.length === 0
        ? 'redirect_uri is missing and the app has none registered'
        : `redirect_uri is missing, and with ${registered.length} registered ones it must be given`
    throw new PageError('redirect_missing', 'redirect_uri is missing', `${why} (RFC 6749 §3.1.2.3)`, details).naming({
      client_id: client.client_id,
    })
  }
  if (isRegistered(client, came, context.realm, parameters)) return came
  if (settings.strictness === 'lenient' && redirectUriProblem(came) === undefined) {
    note(context, `redirect_uri ${difference(came, registered)}; it passes because the sandbox is lenient`)
    return came
  }
  const said = ['redirect_unregistered', 'redirect_uri is not registered', `redirect_uri ${difference(came, registered)}`] as const
  const target = { client, redirect_uri: registered[0] ?? '', response_mode: 'query', state } as const
  const error =
    redirects?.mismatch_is_told?.(settings) === true && target.redirect_uri !== ''
      ? new AuthorizationError(...said, target)
      : new PageError(...said, [{ label: 'This came', values: [came] }, ...details])
  throw error.naming({ client_id: client.client_id, redirect_uri: came })
}

function fits(registered: string, came: string, match: Match): boolean {
  if (match === 'exact' || redirectUriProblem(came) !== undefined || !URL.canParse(registered) || !URL.canParse(came)) return false
  const [a, b] = [new URL(registered), new URL(came)]
  if (a.protocol !== b.protocol || a.username !== b.username || a.password !== b.password || a.port !== b.port) return false
  if (a.search !== b.search || dotSegment.test(pathOf(came))) return false
  if (match === 'wildcard') return glob(a.hostname, b.hostname, '.') && glob(a.pathname, b.pathname, '/')
  if (a.hostname !== b.hostname) return false
  if (match === 'prefix') return b.pathname.startsWith(a.pathname)
  return b.pathname === a.pathname || b.pathname.startsWith(a.pathname.endsWith('/') ? a.pathname : `${a.pathname}/`)
}

/** Compares part by part; `*` stands for one character or more of a part, and never for an encoded separator. */
function glob(pattern: string, text: string, separator: '.' | '/'): boolean {
  const [wanted, came] = [pattern.split(separator), text.split(separator)]
  return wanted.length === came.length && wanted.every((part, index) => part === came[index] || globPart(part, came[index] ?? ''))
}

function globPart(pattern: string, text: string): boolean {
  return pattern.includes('*') && !/%(2f|5c)/i.test(text) && fitsGlob(pattern, text, 1)
}

/** What of a URI is its path, as it was written. */
function pathOf(uri: string): string {
  return uri.replace(/^[^:]+:(\/\/[^/?]*)?/, '').split('?')[0] ?? ''
}

/** The rule that a redirect URI breaks when it is registered in a sandbox; undefined when it may be, and can be met. */
export function registrationProblem(
  uri: string,
  { redirect_uri_match: match }: Pick<Settings, 'redirect_uri_match'>,
  redirects?: RedirectRules,
): string | undefined {
  const refused = redirects?.refuses?.(uri)
  if (refused !== undefined) return refused
  if (redirects?.registers?.(uri) === true) return undefined
  const authority = /^[^:]+:\/\/([^/?]*)/.exec(uri)?.[1] ?? ''
  const [, user, host = '', port = ''] = /^(.*@)?(\[[^\]]*\]|[^:]*)(:.*)?$/.exec(authority) ?? []
  const stars = { scheme: /^[^:/]*/.exec(uri)?.[0], user, port, query: uri.split('?')[1] }
  if (match === 'wildcard') {
    const where = Object.entries(stars).find(([, part]) => part?.includes('*') === true)?.[0]
    if (where !== undefined) return `A * stands within one label of the host or one segment of the path, and never in the ${where}`
  } else if (host.includes('*')) {
    return `No host has a * in its name: it stands for something where the setting redirect_uri_match is wildcard, and it is ${match}`
  }
  const problem = redirectUriProblem(uri)
  if (problem === undefined && match !== 'exact' && dotSegment.test(pathOf(uri))) {
    return 'No redirect URI with . or .. in its path is let in, so this one cannot be met'
  }
  return problem
}
