import { createServer } from 'node:net'
import { createEmulator } from 'emulate'
import { listening } from './listening.js'

// It takes no port 0: it would be advertised as it is.
const port = await new Promise((resolve) => {
  const probe = createServer().listen(0, '127.0.0.1', () => {
    const found = probe.address().port
    probe.close(() => resolve(found))
  })
})
const client = {
  client_id: 'bench',
  client_secret: 'bench-secret',
  name: 'Bench',
  redirect_uris: ['http://localhost:3000/callback'],
  auth_server_id: 'default',
}
const seed = {
  okta: {
    users: [{ login: 'alice@okta.local', email: 'alice@okta.local', first_name: 'Alice', last_name: 'Example' }],
    authorization_servers: [{ id: 'default', name: 'default', audiences: ['api://default'] }],
    oauth_clients: [client],
  },
}
await createEmulator({ service: 'okta', port, seed })
listening(port)
