/** What every preloaded client may redirect to: Postman's callbacks, and a callback on this machine at any port (RFC 8252 §7.3). */
export const preloadedRedirectUris: readonly string[] = [
  'https://www.getpostman.com/oauth2/callback',
  'https://oauth.pstmn.io/v1/callback',
  'https://oauth.pstmn.io/v1/browser-callback',
  'http://127.0.0.1/callback',
  'http://localhost/callback',
]
