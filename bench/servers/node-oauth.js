import OAuth2Server from '@node-oauth/oauth2-server'
import express from 'express'
import { listening } from './listening.js'

const { Request, Response } = OAuth2Server
const client = {
  id: 'bench',
  secret: 'bench-secret',
  grants: ['client_credentials', 'refresh_token', 'password', 'authorization_code'],
  redirectUris: ['http://localhost:3000/callback'],
}
const user = { id: 'alice' }
const access = new Map()
const refresh = new Map()
const codes = new Map()

const model = {
  getClient: async (id, secret) => (id === client.id && (secret === null || secret === client.secret) ? client : undefined),
  getUser: async (username, password) => (username === 'alice' && password === 'password' ? user : undefined),
  getUserFromClient: async () => user,
  saveToken: async (token, of, whose) => {
    const saved = { ...token, client: of, user: whose }
    access.set(token.accessToken, saved)
    if (token.refreshToken) refresh.set(token.refreshToken, saved)
    return saved
  },
  getAccessToken: async (token) => access.get(token),
  getRefreshToken: async (token) => refresh.get(token),
  revokeToken: async (token) => refresh.delete(token.refreshToken),
  saveAuthorizationCode: async (code, of, whose) => {
    const saved = { ...code, client: of, user: whose }
    codes.set(code.authorizationCode, saved)
    return saved
  },
  getAuthorizationCode: async (code) => codes.get(code),
  revokeAuthorizationCode: async (code) => codes.delete(code.authorizationCode),
  validateScope: async (_user, _client, scope) => scope ?? ['read'],
  verifyScope: async () => true,
}
const oauth = new OAuth2Server({ model })

const app = express()
app.disable('x-powered-by')
app.use(express.urlencoded({ extended: false }))
app.post('/token', async (request, response) => {
  const answer = new Response(response)
  try {
    await oauth.token(new Request(request), answer)
  } catch {
    // What went wrong stands in the answer.
  }
  response
    .status(answer.status ?? 500)
    .set(answer.headers)
    .send(answer.body)
})
app.get('/authorize', async (request, response) => {
  const answer = new Response(response)
  try {
    await oauth.authorize(new Request(request), answer, { authenticateHandler: { handle: () => user } })
  } catch {
    // What went wrong stands in the answer.
  }
  response
    .status(answer.status ?? 500)
    .set(answer.headers)
    .end()
})
const server = app.listen(0, '127.0.0.1', () => listening(server.address().port))
