import { isCodeName, isSecretName } from '../../oauth/model/secret-names.ts'

/** What names a secret. */
type IsSecret = (name: string) => boolean

/** Text so short that its beginning would tell most of it. */
const shortest = 16
const shownCharacters = 6

/** A secret as it may be shown: of a long one the beginning. */
function maskText(secret: string): string {
  return secret.length < shortest ? '…' : `${secret.slice(0, shownCharacters)}…`
}

/** A copy of decoded JSON, a form or headers in which no secret can be read. */
export function mask(value: unknown, name = '', isSecret: IsSecret = isSecretName): unknown {
  if (isSecretName(name)) return maskAll(value, name)
  // A vendor's own secret may be of any kind, and is not shown even in part.
  if (!isCodeName(name) && isSecret(name)) return maskAll(value, 'secret')
  if (Array.isArray(value)) return value.map((entry) => mask(entry, name, isSecret))
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, mask(member, key, isSecret)]))
  return isCodeName(name) && typeof value === 'string' ? maskText(value) : value
}

/** A URL in which the secrets of the query and the fragment are masked; all else stays as it was written. */
export function maskUrl(url: string, isSecret: IsSecret = isSecretName): string {
  return url.replace(/([?&#])([^?=&#]+)=([^&#]*)/g, (whole, before: string, name: string, value: string) => {
    const masked = mask(decoded(value), decoded(name), isSecret)
    return masked === decoded(value) ? whole : `${before}${name}=${String(masked)}`
  })
}

function maskAll(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return value.map((entry) => maskAll(entry, name))
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, maskAll(member, name)]))
  }
  if (typeof value === 'number') return '…'
  if (typeof value !== 'string') return value
  // What people choose, and what never changes, is not shown even in part; of a header the scheme is kept.
  if (/secret|passw|key|cookie/i.test(name)) return '…'
  const [, scheme = '', rest = value] = /authorization/i.test(name) ? (/^(\S+ +)(.*)$/.exec(value) ?? []) : []
  return `${scheme}${/^basic /i.test(scheme) ? '…' : maskText(rest)}`
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}
