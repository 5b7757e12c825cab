/** What an app that does wrong what these rules say makes of its requests; any traffic shows them. */

/** @param verifier of the code_challenge that stands there */
export function slippedRequest(
  query: URLSearchParams,
  verifier: string,
  wrong: ReadonlySet<string>,
  secret: string | null,
): URLSearchParams {
  const slips: Record<string, () => void> = {
    'request-csrf-protection': () => without(query, ['state', 'nonce', 'code_challenge', 'code_challenge_method']),
    'request-nonce': () => without(query, ['nonce']),
    'request-pkce-s256': () => having(query, { code_challenge_method: 'plain', code_challenge: verifier }),
    'request-no-implicit': () => having(query, { response_type: 'code token' }),
    'request-redirect-safe': () => having(query, { redirect_uri: 'http://app.example.com/callback' }),
    'native-loopback-ip': () => having(query, { redirect_uri: (query.get('redirect_uri') ?? '').replace('127.0.0.1', 'localhost') }),
    'request-no-secret-in-browser': () => having(query, { client_secret: secret ?? '' }),
    'request-well-formed': () => having(query, { login_hint: '' }),
    'spa-silent-frames': () => having(query, { prompt: 'none' }),
  }
  for (const [rule, slip] of Object.entries(slips)) if (wrong.has(rule)) slip()
  return query
}

/** @returns what is added to the address */
export function slippedTokenRequest(form: URLSearchParams, own: Record<string, string>, wrong: ReadonlySet<string>): string {
  const isCode = form.get('grant_type') === 'authorization_code'
  const slips: Record<string, () => void> = {
    'token-redirect-uri-same': () => isCode && having(form, { redirect_uri: `${form.get('redirect_uri')}/other` }),
    'token-verifier': () => isCode && having(form, { code_verifier: 'v'.repeat(43) }),
    'token-client-auth': () => having(form, own),
    'public-no-secret': () => having(form, { client_secret: 'hidden-in-the-app' }),
    'refresh-scope': () => isCode || having(form, { scope: 'openid read' }),
  }
  for (const [rule, slip] of Object.entries(slips)) if (wrong.has(rule)) slip()
  return wrong.has('token-in-body') && isCode ? '?code_verifier=x' : ''
}

function without(form: URLSearchParams, names: readonly string[]): void {
  for (const name of names) form.delete(name)
}

function having(form: URLSearchParams, members: Record<string, string>): void {
  for (const [name, value] of Object.entries(members)) form.set(name, value)
}
