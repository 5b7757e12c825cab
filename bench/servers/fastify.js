// The floor: a constant, as small as an answer of a token endpoint is.
import Fastify from 'fastify'
import { listening } from './listening.js'

const app = Fastify()
app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => done(null, body))
const constant = { access_token: 'x'.repeat(300), token_type: 'Bearer', expires_in: 300 }
app.get('/', async () => constant)
app.post('/', async () => constant)
listening(Number(new URL(await app.listen({ port: 0, host: '127.0.0.1' })).port))
