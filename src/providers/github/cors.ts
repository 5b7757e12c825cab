import type { Provider } from '../provider.ts'

/** Any page may ask the API; the site's own endpoints none. */
export const githubCors: NonNullable<Provider['cors_headers']> = (_origin, endpoint, methods): Record<string, string> => {
  if (endpoint !== 'api') return {}
  const exposed = {
    'access-control-allow-origin': '*',
    'access-control-expose-headers':
      'ETag, Link, Location, Retry-After, X-GitHub-OTP, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Used, X-RateLimit-Resource, X-RateLimit-Reset, X-OAuth-Scopes, X-Accepted-OAuth-Scopes, X-Poll-Interval, X-GitHub-Media-Type, X-GitHub-SSO, X-GitHub-Request-Id, Deprecation, Sunset, Grantbox-Explain, Grantbox-Reason',
  }
  if (methods === undefined) return exposed
  return {
    ...exposed,
    'access-control-allow-headers':
      'Authorization, Content-Type, If-Match, If-Modified-Since, If-None-Match, If-Unmodified-Since, Accept-Encoding, X-GitHub-OTP, X-Requested-With, User-Agent, GraphQL-Features, X-GitHub-Api-Version',
    'access-control-allow-methods': 'GET, POST, PATCH, PUT, DELETE',
    'access-control-max-age': '86400',
  }
}
