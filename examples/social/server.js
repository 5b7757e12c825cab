import { createServer } from 'node:http'
import { Auth, skipCSRFCheck } from '@auth/core'
import Apple from '@auth/core/providers/apple'
import GitHub from '@auth/core/providers/github'
import Google from '@auth/core/providers/google'
import { appleSecret } from './apple-secret.js'

const { PORT = '3000', AUTH_SECRET, AUTH_GOOGLE_ID, AUTH_GOOGLE_SECRET, AUTH_GITHUB_ID, AUTH_GITHUB_SECRET, AUTH_APPLE_ID } = process.env
const origin = `http://localhost:${PORT}`

const config = {
  basePath: '/auth',
  secret: AUTH_SECRET,
  trustHost: true,
  // Forged forms are refused below, by their origin.
  skipCSRFCheck,
  providers: [
    Google({ clientId: AUTH_GOOGLE_ID, clientSecret: AUTH_GOOGLE_SECRET }),
    GitHub({ clientId: AUTH_GITHUB_ID, clientSecret: AUTH_GITHUB_SECRET }),
    Apple({ clientId: AUTH_APPLE_ID, clientSecret: appleSecret(process.env) }),
  ],
}

const page = (body) => `<!doctype html>
<html lang="en">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in with</title>
<style>
  :root { color-scheme: light dark }
  body { font: 1rem/1.6 system-ui, sans-serif; max-width: 22rem; margin: 4rem auto; padding: 0 1rem }
  button { font: inherit; width: 100%; margin: .25rem 0; padding: .6rem; border-radius: .5rem; border: 1px solid; background: none; color: inherit; cursor: pointer }
</style>
<main>${body}</main>
</html>`
const form = (action, text) => `<form method="post" action="${action}"><button>${text}</button></form>`
const buttons = config.providers.map((provider) => {
  const { id, name } = provider
  return form(`/auth/signin/${id}`, `Sign in with ${name}`)
})
const escaped = (text) => text.replace(/[&<>"]/g, (one) => `&#${one.charCodeAt(0)};`)

async function home(cookie) {
  const session = await Auth(new Request(`${origin}/auth/session`, { headers: { cookie } }), config)
  const { user } = (await session.json()) ?? {}
  if (user === undefined) return page(`<h1>Sign in</h1>${buttons.join('')}`)
  const who = [user.name, user.email].filter(Boolean).join(', ')
  return page(`<h1>Hello</h1><p id="user">${escaped(who)}</p>${form('/auth/signout', 'Sign out')}`)
}

async function answerTo({ method, url, headers }, body) {
  const { pathname } = new URL(url, origin)
  if (pathname === '/') return new Response(await home(headers.cookie ?? ''), { headers: { 'content-type': 'text/html; charset=utf-8' } })
  if (!pathname.startsWith('/auth/')) return new Response('There is no such page.', { status: 404 })
  // Apple posts its answer from its own page; all other forms are this app's.
  const isForeign = method === 'POST' && !pathname.startsWith('/auth/callback/') && headers.origin !== origin
  if (isForeign) return new Response('This form came from elsewhere.', { status: 403 })
  return Auth(new Request(origin + url, { method, headers, ...(method === 'POST' && { body }) }), config)
}

async function bodyOf(request) {
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const server = createServer(async (request, response) => {
  try {
    const answer = await answerTo(request, await bodyOf(request))
    for (const [name, value] of answer.headers) if (name !== 'set-cookie') response.setHeader(name, value)
    response.setHeader('set-cookie', answer.headers.getSetCookie())
    response.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()))
  } catch (error) {
    response.writeHead(500).end(`Something went wrong: ${error.message}`)
  }
})
server.listen(Number(PORT), 'localhost', () => console.log(`Open ${origin}`))
