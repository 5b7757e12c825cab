import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What an app is told to be a client of a provider. */
export interface AppConfig {
  /** The provider's endpoints. */
  authorize: string
  token: string
  userinfo: string
  client_id: string
  client_secret: string
}

/** A developer's small web app, whose pages say what its provider answered. */
export interface JourneyApp {
  url: string
  configure(config: AppConfig): void
  close(): void
}

/**
 * Serves the app on a free port. `/login` signs in, `/login-elsewhere` too, coming back to an address of its own; `/me` asks who the
 * user is, `/refresh` for another access token.
 */
export async function serveJourneyApp(): Promise<JourneyApp> {
  let config: AppConfig | undefined
  let tokens: { access_token?: string; refresh_token?: string } = {}
  const server = createServer((request, response) => {
    answer(request, response).catch((error) => say(response, String(error)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://localhost:${(server.address() as AddressInfo).port}`
  return {
    url,
    configure(given) {
      config = given
    },
    close: () => server.close(),
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (config === undefined) return say(response, 'Not configured')
    const { pathname, searchParams } = new URL(request.url ?? '/', url)
    switch (pathname) {
      case '/login':
        return leadTo('/callback', config, response)
      case '/login-elsewhere':
        return leadTo('/elsewhere', config, response)
      case '/callback':
      case '/elsewhere': {
        const code = searchParams.get('code') ?? ''
        return redeem({ grant_type: 'authorization_code', code, redirect_uri: url + pathname }, config, response)
      }
      case '/refresh':
        return redeem({ grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' }, config, response)
      case '/me': {
        const me = await fetch(config.userinfo, { headers: { authorization: `Bearer ${tokens.access_token}` } })
        return say(response, me.ok ? `You are ${JSON.stringify(await me.json())}` : `The provider answered ${me.status}`)
      }
      default:
        return say(response, 'There is no such page')
    }
  }

  async function redeem(form: Record<string, string>, { token, client_id, client_secret }: AppConfig, response: ServerResponse) {
    const authorization = `Basic ${btoa(`${encodeURIComponent(client_id)}:${encodeURIComponent(client_secret)}`)}`
    const answered = await fetch(token, { method: 'POST', headers: { authorization }, body: new URLSearchParams(form) })
    if (!answered.ok) return say(response, `The provider answered ${answered.status}`)
    tokens = { ...tokens, ...((await answered.json()) as typeof tokens) }
    say(response, form.grant_type === 'refresh_token' ? 'The tokens are fresh' : 'Signed in')
  }

  function leadTo(path: string, { authorize, client_id }: AppConfig, response: ServerResponse): void {
    const query = new URLSearchParams({
      response_type: 'code',
      client_id,
      redirect_uri: url + path,
      scope: 'openid profile',
      state: 'journey',
      nonce: 'journey',
    })
    response.writeHead(302, { location: `${authorize}?${query}` }).end()
  }
}

function say(response: ServerResponse, words: string): void {
  response.writeHead(200, { 'content-type': 'text/html' }).end(`<title>App</title><h1>${words.replaceAll('<', '&lt;')}</h1>`)
}
