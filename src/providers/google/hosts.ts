import type { EndpointHosts } from '../paths.ts'

/** The issuer for whoever asks at one of the vendor's hosts. */
export const googleIssuer = 'https://accounts.google.com'

/** Where the vendor's own clients and samples call. */
export const googleHosts: readonly string[] = [
  ...['accounts.google.com', 'oauth2.googleapis.com', 'www.googleapis.com', 'openidconnect.googleapis.com', 'www.google.com'],
  ...['people.googleapis.com', 'lh3.googleusercontent.com'],
]

/** What is at which of them; its older addresses, and what its API has, are at each. */
export const googleEndpointHosts: EndpointHosts = {
  issuer: 'accounts.google.com',
  authorize: 'accounts.google.com',
  token: 'oauth2.googleapis.com',
  userinfo: 'openidconnect.googleapis.com',
  jwks: 'www.googleapis.com',
  device_authorization: 'oauth2.googleapis.com',
  device: 'www.google.com',
}

/** Where pictures are, as tokens of an issuer tell it. */
export function picturesAt(issuer: string): string {
  return issuer === googleIssuer ? 'https://lh3.googleusercontent.com' : issuer
}
