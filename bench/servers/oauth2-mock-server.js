import { OAuth2Server } from 'oauth2-mock-server'
import { listening } from './listening.js'

const server = new OAuth2Server()
await server.issuer.keys.generate(process.env.ALG ?? 'RS256')
await server.start(0, '127.0.0.1')
listening(server.address().port)
