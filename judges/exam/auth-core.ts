import { type AuthConfig, skipCSRFCheck } from '@auth/core'

/** How @auth/core is told of a provider of one's own. */
export function authOptions(issuer: string, { client_id, client_secret }: { client_id: string; client_secret: string | null }): AuthConfig {
  const provider = {
    id: 'grantbox',
    name: 'grantbox',
    type: 'oidc' as const,
    issuer,
    clientId: client_id,
    clientSecret: client_secret ?? '',
  }
  return {
    basePath: '/auth',
    secret: 'a secret of the application, for its cookies',
    trustHost: true,
    skipCSRFCheck,
    providers: [provider],
    logger: { error: () => {} },
    callbacks: { session: ({ session, token }) => ({ ...session, sub: token.sub }) },
  }
}
