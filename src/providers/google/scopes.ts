import { missing, OAuthError } from '../../oauth/model/errors.ts'
import { scopes, scopeToken } from '../../oauth/model/scope.ts'
import type { RequestDialect } from '../../oauth/realm/context.ts'

const at = 'https://www.googleapis.com/auth/'

/** Short names that answers have as URLs; within the sandbox the short name stands for both. */
const urls: Readonly<Record<string, string>> = { email: `${at}userinfo.email`, profile: `${at}userinfo.profile` }

/** What a sign-in asks for, which no consent page lets untick. */
export const signInScopes: readonly string[] = ['openid', 'email', 'profile']

/** What the page says of the scopes that are asked for most. */
export const googleScopes: Readonly<Record<string, string>> = {
  openid: 'Associate you with your personal info on Google',
  email: 'See your primary Google Account email address',
  profile: "See your personal info, including any personal info you've made publicly available",
  [`${at}calendar`]: 'See, edit, share, and permanently delete all the calendars you can access using Google Calendar',
  [`${at}calendar.readonly`]: 'See and download any calendar you can access using your Google Calendar',
  [`${at}drive`]: 'See, edit, create, and delete all of your Google Drive files',
  [`${at}drive.readonly`]: 'See and download all your Google Drive files',
  [`${at}drive.file`]: 'See, edit, create, and delete only the specific Google Drive files you use with this app',
  [`${at}drive.appdata`]: 'See, create, and delete its own configuration data in your Google Drive',
  [`${at}spreadsheets`]: 'See, edit, create, and delete all your Google Sheets spreadsheets',
  [`${at}gmail.readonly`]: 'View your email messages and settings',
  [`${at}gmail.send`]: 'Send email on your behalf',
  'https://mail.google.com/': 'Read, compose, send, and permanently delete all your email from Gmail',
  [`${at}contacts.readonly`]: 'See and download your contacts',
  [`${at}youtube`]: 'Manage your YouTube account',
  [`${at}youtube.readonly`]: 'View your YouTube account',
  [`${at}cloud-platform`]: 'See, edit, configure, and delete your Google Cloud data and see the email address for your Google Account',
}

/** What a device may ask for. */
const deviceScopes: readonly string[] = [
  ...signInScopes,
  ...['drive.appdata', 'drive.file', 'youtube', 'youtube.readonly'].map((name) => at + name),
]

/** The many scopes of the vendor's APIs. */
const ofApis = /^https:\/\/(?:www\.googleapis\.com\/auth\/[a-z][a-z0-9._-]*|(?:mail|www)\.google\.com\/[a-z0-9/.]*)$/

/** A scope under its short name. */
function short(scope: string): string {
  return Object.keys(urls).find((name) => urls[name] === scope) ?? scope
}

/** Scopes under their short names. */
export function shortened(scope: string | undefined): string {
  return scopes(scope).map(short).join(' ')
}

/** What answers call it. */
function long(scope: string): string {
  return urls[scope] ?? scope
}

/**
 * The scope of a request, each by its short name. Whoever asks for the address or the profile is told who it is, and so gets an ID token.
 * @throws OAuthError when none came, or one is none of the vendor's
 */
export const googleScope: NonNullable<RequestDialect['scope']> = (requested, client, { realm, transport }) => {
  const wanted = scopes(requested)
  if (wanted.length === 0) throw missing('scope')
  const all = [...new Set(wanted.map(short))]
  const known = new Set([...realm.scopes, ...client.app.scopes, ...realm.directory.listScopes()])
  const isKnown = (scope: string) =>
    scopeToken.test(scope) && (known.has(scope) || ofApis.test(scope) || realm.settings.strictness === 'lenient')
  const invalid = all.filter((scope) => !isKnown(scope))
  if (invalid.length > 0) throw unknownScopes(wanted, invalid)
  const forDevice = transport?.urls().some((url) => url.endsWith('/device/code')) === true
  const beyond = forDevice ? all.find((scope) => !deviceScopes.includes(scope)) : undefined
  if (beyond !== undefined) {
    const explanation = `scope '${beyond}' came; devices may ask for: ${deviceScopes.join(' ')}`
    throw new OAuthError('scope_not_allowed', `Invalid device flow scope: ${beyond}`, explanation).naming({ scope: beyond })
  }
  return all.some((scope) => Object.hasOwn(urls, scope)) ? [...new Set(['openid', ...all])].join(' ') : all.join(' ')
}

function unknownScopes(wanted: readonly string[], invalid: readonly string[]): OAuthError {
  const valid = wanted.filter((scope) => !invalid.includes(short(scope)))
  const text = `Some requested scopes were invalid. {valid=[${valid.join(', ')}], invalid=[${invalid.join(', ')}]}`
  const explanation = `scope ${invalid.map((one) => `'${one}'`).join(', ')} is none of the vendor's: openid, email, profile, ${at}…; an app may have more (PATCH its scopes)`
  return new OAuthError('scope_unknown', text, explanation).naming({ scope: invalid.join(' ') })
}

/** As token answers and tokeninfo have it: URLs, the address first. */
export function answeredScope(scope: string): string {
  const all = scopes(scope)
  const first = ['email', 'openid', 'profile'].filter((one) => all.includes(one))
  return [...new Set([...first, ...all])].map(long).join(' ')
}

/** As the redirect has it: the short names, and the URLs of the same behind them. */
export function redirectedScope(scope: string): string {
  const all = scopes(scope)
  const first = ['email', 'profile', 'openid'].filter((one) => all.includes(one))
  return [...new Set([...first, ...first.map(long), ...all])].join(' ')
}
