import { App } from '../app.ts'
import { startWebApp } from '../web-app.ts'

const {
  PORT = '3000',
  GRANTBOX_ISSUER: issuer = '',
  GRANTBOX_CLIENT_ID: client_id = '',
  GRANTBOX_CLIENT_SECRET: client_secret = '',
} = process.env
const scope = 'openid profile email offline_access'

await startWebApp((redirect_uri) => App.connect(issuer, { client_id, client_secret, redirect_uri, scope }), Number(PORT))
