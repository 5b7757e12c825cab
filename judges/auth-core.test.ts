import { Auth, type AuthConfig } from '@auth/core'
import type { OIDCConfig } from '@auth/core/providers'
import type { Profile } from '@auth/core/types'
import { describe, expect, test } from 'vitest'
import { addApp, addClient } from '../test/support/iokids-setup.ts'
import { startForFile } from '../test/support/server.ts'
import { throughSignIn } from '../test/support/through-sign-in.ts'

/** Auth.js, as its framework integrations call it, with grantbox as a provider of the developer's own. */

const server = await startForFile({ defaultProvider: 'standard' })
const sandbox = server.sandbox()
const application = 'http://localhost:3000'
const app = addApp(sandbox, { redirect_uris: [`${application}/auth/callback/grantbox`] })
const client = addClient(sandbox, { token_endpoint_auth_method: 'client_secret_basic' }, app)

type Provider = AuthConfig['providers'][number]

const asOidc: OIDCConfig<Profile> = {
  id: 'grantbox',
  name: 'grantbox',
  type: 'oidc',
  issuer: server.url,
  clientId: client.client_id,
  clientSecret: client.client_secret ?? '',
  checks: ['pkce', 'state', 'nonce'],
  // The user's claims come from userinfo then, as OpenID Connect Core §5.4 has it.
  idToken: false,
}

const asOAuth: Provider = {
  id: 'grantbox',
  name: 'grantbox',
  type: 'oauth',
  issuer: server.url,
  clientId: client.client_id,
  clientSecret: client.client_secret ?? '',
  checks: ['pkce', 'state'],
  authorization: { url: `${server.url}/authorize`, params: { scope: 'openid profile email' } },
  token: `${server.url}/token`,
  userinfo: `${server.url}/userinfo`,
  profile: (profile) => ({ id: String(profile.sub), name: profile.name, email: profile.email }),
}

/** With claims from the ID token, as Auth.js reads them unless it is told otherwise. */
function asOidcUnasked(): Provider {
  const { name } = server.server.sandboxes.create({ provider: sandbox.provider, settings: { scope_claims_in_id_token: true } })
  const there = server.sandbox(name)
  const own = addApp(there, { redirect_uris: app.redirect_uris })
  const { client_id, client_secret } = addClient(there, { token_endpoint_auth_method: 'client_secret_basic' }, own)
  const { idToken: _userinfo, ...unasked } = asOidc
  return { ...unasked, issuer: `${server.url}/${name}`, clientId: client_id, clientSecret: client_secret ?? '' }
}

/** An application with Auth.js and one browser on it. */
function visitor(provider: Provider) {
  const cookies = new Map<string, string>()
  const seen: { access_token?: string | undefined; id_token?: string | undefined } = {}
  const config: AuthConfig = {
    basePath: '/auth',
    secret: 'a secret of the application, for its cookies',
    trustHost: true,
    providers: [provider],
    logger: { error: (error) => Object.assign(seen, { error }) },
    callbacks: {
      jwt({ token, account }) {
        if (account) Object.assign(seen, account)
        return token
      },
    },
  }
  const visit = async (path: string, form?: Record<string, string>): Promise<Response> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const request = new Request(new URL(path, application), {
      headers: { cookie },
      ...(form && { method: 'POST', body: new URLSearchParams(form) }),
    })
    const answer = await Auth(request, config)
    for (const text of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(text) ?? []
      if (value === '') cookies.delete(name)
      else cookies.set(name, value)
    }
    return answer
  }
  return {
    seen,
    visit,
    /** Presses the button, and gives where the browser is sent. */
    async begin(): Promise<string> {
      const { csrfToken } = (await (await visit('/auth/csrf')).json()) as { csrfToken: string }
      const answer = await visit('/auth/signin/grantbox', { csrfToken })
      return answer.headers.get('location') ?? ''
    },
    session: async () => (await visit('/auth/session')).json(),
  }
}

describe.each([
  ['oidc, from discovery', asOidc],
  ['oidc, with the setting scope_claims_in_id_token', asOidcUnasked()],
  ['oauth, with addresses', asOAuth],
])('as a provider of type %s', (_type, provider) => {
  test('signs a user in', async () => {
    const { begin, visit, session, seen } = visitor(provider)
    const back = await throughSignIn(await begin())
    expect(back.origin).toBe(application)
    expect((await visit(back.href)).headers.get('location')).toBe(application)
    expect(await session()).toMatchObject({ user: { name: 'Alice Arnold', email: 'alice@example.com' } })
    expect(seen.access_token).toBeTypeOf('string')
  })

  test('a callback with another state signs nobody in', async () => {
    const { begin, visit, session } = visitor(provider)
    const back = await throughSignIn(await begin())
    back.searchParams.set('state', 'other')
    expect((await visit(back.href)).headers.get('location')).toContain('/auth/error')
    expect(await session()).toBeNull()
  })
})
