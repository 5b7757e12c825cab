import type { TokenScheme } from '../model/challenge.ts'

/** The access token of a resource request, and how it was sent. */
export interface PresentedToken {
  token: string
  scheme: TokenScheme
}

/**
 * The access token of a resource request. It stands in the Authorization header, after `Bearer` or `DPoP` in any letter case
 * or bare (Postman with an empty header prefix sends it so), or in `access_token` (RFC 6750 §2, RFC 9449 §7.1).
 */
export function presentedToken(authorization: string | undefined, parameter: string | undefined): PresentedToken | undefined {
  const header = authorization?.trim()
  if (header === undefined || header === '') return parameter === undefined ? undefined : { token: parameter, scheme: 'Bearer' }
  const blank = header.search(/\s/)
  if (blank < 0) return /^(bearer|basic|dpop)$/i.test(header) ? undefined : { token: header, scheme: 'Bearer' }
  const token = header.slice(blank).trim()
  switch (header.slice(0, blank).toLowerCase()) {
    case 'bearer':
      return { token, scheme: 'Bearer' }
    case 'dpop':
      return { token, scheme: 'DPoP' }
  }
  return undefined
}
