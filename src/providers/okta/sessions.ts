import type { Session } from '../../oauth/storage/session-store.ts'
import type { ApiRequest, Reply, Route } from '../provider.ts'
import { bodyOf, empty, failure, iso, json, link, notThere, route, textIn } from './api.ts'
import { takeSessionToken } from './authorize.ts'
import { orgIdp } from './tokens.ts'
import { userLink } from './user-records.ts'

/** The browser's session as the API shows it. */
function sessionView({ base_url, settings }: ApiRequest, { sid, user, auth_time }: Pick<Session, 'sid' | 'user' | 'auth_time'>) {
  const self = `${base_url}/api/v1/sessions/me`
  return {
    id: `101${sid}`,
    login: user.username,
    userId: user.user_id,
    expiresAt: iso(auth_time + settings.session_ttl * 1000),
    status: 'ACTIVE',
    lastPasswordVerification: iso(auth_time),
    lastFactorVerification: null,
    amr: ['pwd'],
    idp: { id: orgIdp, type: 'OKTA' },
    mfaActive: false,
    _links: { self: link(self, 'GET', 'DELETE'), refresh: link(`${self}/lifecycle/refresh`, 'POST'), user: userLink({ base_url }, user) },
  }
}

/** @throws OAuthError `E0000007` where nobody is signed in */
function own(request: ApiRequest): Session {
  const session = request.browser.session()
  if (session === undefined) throw notThere('me', 'Session')
  return session
}

/** Signs the browser in by a session token. @throws OAuthError `E0000004` when it holds no more */
function begin({ documents, context, browser }: ApiRequest, token: string | undefined): void {
  const { store, clock } = context.realm
  const username = token === undefined ? undefined : takeSessionToken(documents, token, clock.now())
  const user = username === undefined ? undefined : store.findUser(username)
  if (user === undefined) throw failure('E0000004', 'The session token is unknown, was used, or is older than five minutes')
  browser.begin(user)
}

function redirected(request: ApiRequest): Reply {
  const { token, redirectUrl = '' } = request.query
  begin(request, token)
  const { base_url, directory } = request
  const known = [base_url, ...directory.listApps().flatMap((app) => app.redirect_uris)]
  const isKnown = URL.canParse(redirectUrl) && known.some((one) => URL.canParse(one) && new URL(one).origin === new URL(redirectUrl).origin)
  if (!isKnown) throw failure('E0000001', `redirectUrl '${redirectUrl}' is at the origin of no redirect URI`, { what: 'redirectUrl' })
  return { status: 302, headers: { Location: redirectUrl } }
}

/** The session of a browser. */
export const sessionRoutes: readonly Route[] = [
  route('POST', '/api/v1/sessions', (request) => {
    begin(request, textIn(bodyOf(request), 'sessionToken'))
    return json(sessionView(request, own(request)))
  }),
  route('GET', '/api/v1/sessions/me', (request) => json(sessionView(request, own(request)))),
  route('DELETE', '/api/v1/sessions/me', (request) => {
    own(request)
    request.browser.end()
    return empty
  }),
  route('POST', '/api/v1/sessions/me/lifecycle/refresh', (request) => {
    request.browser.begin(own(request).user)
    return json(sessionView(request, own(request)))
  }),
  route('GET', '/login/sessionCookieRedirect', redirected),
]
