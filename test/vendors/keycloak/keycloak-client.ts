import { post } from '../../support/vendor-client.ts'

/** The preloaded realm and its clients. */
export const realm = '/realms/demo'
export const web = { client_id: 'demo-web', client_secret: 'Vq3xT8mZkR1cYw6NfJ0sLb5GhD9pUa2E' }
export const spa = { client_id: 'demo-spa' }
export const password = { grant_type: 'password', username: 'alice', password: 'password', ...web }

/** A path of the realm's protocol. */
export function at(path: string): string {
  return `${realm}/protocol/openid-connect/${path}`
}

/** Asks the token endpoint. */
export function token(base: string, form: Record<string, string>) {
  return post(`${base}${at('token')}`, form)
}
