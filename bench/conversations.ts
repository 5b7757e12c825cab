import { createHash, randomBytes } from 'node:crypto'
import { type Answer, type Conversation, request } from './load.ts'

/** How a server is spoken to: its paths, its client, and what it wants beyond the RFCs. */
export interface Dialect {
  token: string
  authorize?: string
  discovery?: string
  jwks?: string
  userinfo?: string
  introspection?: string
  client: { client_id: string; client_secret: string }
  redirect_uri: string
  scope?: string
  /** What a client sends along beside all that. */
  parameters?: Record<string, string>
  /** The host that it names, where that is not the server's address. */
  host?: string
  user?: { username: string; password: string }
  /** Gets a refresh token with a password, where there is a password grant; otherwise by a code. */
  passwordGrant?: boolean
  /** What browsers that have a session send along, one for each connection; found out before the load. */
  cookies?: string[]
  /** Answers the sign-in page by this form instead of asking for it (the server has no sessions). */
  authorizeForm?: Record<string, string>
}

const post = (path: string, form: Record<string, string>, headers: Record<string, string> = {}) => request('POST', path, headers, form)

/** The same request again and again. */
export function repeat(bytes: Buffer): () => Conversation {
  return () => ({ next: () => bytes, seen() {} })
}

/** RFC 6749 §4.4. */
export function clientCredentials({ token, client, scope, parameters, host }: Dialect): () => Conversation {
  const asked = scope === undefined ? {} : { scope }
  const form = { grant_type: 'client_credentials', ...asked, ...client, ...parameters }
  return repeat(post(token, form, host === undefined ? {} : { host }))
}

/** RFC 6749 §4.1 with PKCE: an authorization request of a browser that has a session, then the token request. */
export function codeFlow(dialect: Dialect): () => Conversation {
  let browsers = 0
  return () => {
    const cookie = dialect.cookies?.[browsers++ % dialect.cookies.length]
    let code: string | undefined
    let verifier = ''
    return {
      next() {
        if (code !== undefined) return redeem(dialect, code, verifier)
        verifier = randomBytes(32).toString('base64url')
        return authorize(dialect, verifier, cookie)
      },
      seen(answer) {
        code = code === undefined ? codeOf(answer) : undefined
      },
    }
  }
}

/**
 * RFC 6749 §6, each answer's refresh token used for the next request. What is said again and again is written once: a client
 * that is slower than the servers would have them commit and wake up for each request by itself.
 */
export function refresh(dialect: Dialect): () => Conversation {
  const begin = firstTokens(dialect)
  const fixed = new URLSearchParams({ grant_type: 'refresh_token', ...dialect.client }).toString()
  const head = `POST ${dialect.token} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: `
  return () => {
    const first = tokenUser(dialect, begin, () => Buffer.alloc(0))
    let token: string | undefined
    return {
      next() {
        if (token === undefined) return first.next()
        const body = `${fixed}&refresh_token=${encodeURIComponent(token)}`
        return Buffer.from(`${head}${body.length}\r\n\r\n${body}`, 'latin1')
      },
      seen(answer) {
        if (token === undefined) first.seen(answer)
        // A server that does not rotate need not say the old one again.
        token = memberOf(answer.body, 'refresh_token') ?? token
      },
    }
  }
}

/** A string member of a JSON object, without parsing the rest of it. */
function memberOf(json: string, name: string): string | undefined {
  const at = json.indexOf(`"${name}"`)
  if (at < 0) return undefined
  const start = json.indexOf('"', at + name.length + 2) + 1
  return json.slice(start, json.indexOf('"', start))
}

/** OpenID Connect Core §5.3 and RFC 7662, with a token that holds. */
export function userinfo(dialect: Dialect): () => Conversation {
  const begin = firstTokens(dialect)
  return () =>
    tokenUser(dialect, begin, (tokens) => request('GET', text(dialect.userinfo), { authorization: `Bearer ${tokens.access_token}` }))
}

/** RFC 7662, with a token that holds. */
export function introspection(dialect: Dialect): () => Conversation {
  const begin = firstTokens(dialect)
  return () =>
    tokenUser(dialect, begin, (tokens) => post(text(dialect.introspection), { token: text(tokens.access_token), ...dialect.client }))
}

/** How tokens of a user are got, where there is no password grant. */
function firstTokens(dialect: Dialect): (() => Conversation) | undefined {
  return dialect.passwordGrant === true ? undefined : codeFlow({ ...dialect, scope: 'openid offline_access' })
}

type Use = (tokens: Record<string, unknown>) => Buffer

/** Gets tokens once, then uses them. */
function tokenUser(dialect: Dialect, begin: (() => Conversation) | undefined, use: Use): Conversation {
  let tokens: Record<string, unknown> | undefined
  const first = begin?.()
  let bytes: Buffer | undefined
  return {
    next() {
      if (tokens !== undefined) {
        bytes ??= use(tokens)
        return bytes
      }
      if (first !== undefined) return first.next()
      const { scope } = dialect
      return post(dialect.token, { grant_type: 'password', ...dialect.user, ...dialect.client, ...(scope === undefined ? {} : { scope }) })
    },
    seen(answer) {
      if (tokens !== undefined) return
      if (answer.status >= 300) return first?.seen(answer)
      tokens = JSON.parse(answer.body)
    },
  }
}

function authorize(
  { authorize, client, redirect_uri, scope, parameters, authorizeForm }: Dialect,
  verifier: string,
  cookie?: string,
): Buffer {
  const query = {
    response_type: 'code',
    client_id: client.client_id,
    redirect_uri,
    scope: scope ?? 'read',
    state: 'state',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...parameters,
  }
  const path = text(authorize)
  if (authorizeForm !== undefined) return post(path, { ...query, ...authorizeForm })
  return request('GET', `${path}?${new URLSearchParams(query)}`, cookie === undefined ? {} : { cookie })
}

function redeem({ token, client, redirect_uri }: Dialect, code: string, code_verifier: string): Buffer {
  return post(token, { grant_type: 'authorization_code', code, redirect_uri, code_verifier, ...client })
}

function codeOf({ status, headers }: Answer): string {
  const location = /\r\nlocation: *(\S+)/i.exec(headers)?.[1]
  const code = location === undefined ? null : new URL(location, 'http://localhost').searchParams.get('code')
  if (code === null) throw new Error(`no code came: ${status} ${location ?? ''}`)
  return code
}

/** Signs in as a browser does: follows redirects, fills the forms in, and keeps the cookies. */
export async function signIn(origin: string, dialect: Dialect): Promise<string> {
  const jar = new Map<string, string>()
  const verifier = 'v'.repeat(43)
  const [head = ''] = authorize(dialect, verifier).toString().split('\r\n')
  let url = origin + head.split(' ')[1]
  let form: URLSearchParams | undefined
  for (let step = 0; step < 12; step++) {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie, accept: 'text/html', ...(form === undefined ? {} : { origin: new URL(url).origin }) },
      ...(form === undefined ? {} : { method: 'POST', body: form }),
    })
    for (const one of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(one) ?? []
      if (value === '') jar.delete(name)
      else jar.set(name, value)
    }
    const location = response.headers.get('location')
    if (location !== null) {
      const next = new URL(location, url)
      if (next.searchParams.has('code')) return [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
      url = next.href
      form = undefined
      continue
    }
    const page = await response.text()
    const filled = fill(page, dialect)
    if (filled === undefined) throw new Error(`cannot sign in at ${url}: ${response.status} ${page.slice(0, 300)}`)
    url = new URL(filled.action.replaceAll('&amp;', '&'), url).href
    form = filled.form
  }
  throw new Error('signing in did not end')
}

/** The first form of a page, filled in as its user would. */
function fill(page: string, { user }: Dialect): { action: string; form: URLSearchParams } | undefined {
  const [, attributes = '', inside = ''] = /<form([^>]*)>([\s\S]*?)<\/form>/i.exec(page) ?? []
  const action = /action="([^"]*)"/i.exec(attributes)?.[1]
  if (action === undefined) return undefined
  const form = new URLSearchParams()
  for (const [input] of inside.matchAll(/<input[^>]*>/gi)) {
    const name = /name="([^"]*)"/i.exec(input)?.[1]
    if (name === undefined || (/type="(checkbox|radio)"/i.test(input) && !/\bchecked\b/i.test(input))) continue
    form.append(name, /value="([^"]*)"/i.exec(input)?.[1] ?? '')
  }
  if (form.has('username')) form.set('username', user?.username ?? '')
  if (form.has('password')) form.set('password', user?.password ?? '')
  if (/name="decision"[^>]*value="allow"|value="allow"[^>]*name="decision"/i.test(inside)) form.set('decision', 'allow')
  return { action, form }
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new Error('the server has no such thing')
  return value
}
