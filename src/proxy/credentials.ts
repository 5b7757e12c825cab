import { sameSecret } from '../basics/random.ts'

/** Stands for a name or a token that is not there: some clients send credentials only when both parts say something. No sandbox is called so. */
export const nobody = '_'

/** Who asks the proxy: the sandbox that is meant, and the admin token (RFC 7617). Both may be empty. */
export interface Credentials {
  sandbox: string
  token: string
}

/** Reads `Proxy-Authorization`; none is as empty credentials, and what is not Basic is undefined. */
export function readCredentials(header: string | undefined): Credentials | undefined {
  if (header === undefined) return { sandbox: '', token: '' }
  const encoded = /^basic +([A-Za-z0-9+/_=-]+) *$/i.exec(header)?.[1]
  if (encoded === undefined) return undefined
  const [, sandbox, token] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString()) ?? []
  return sandbox === undefined || token === undefined ? undefined : { sandbox: sandbox === nobody ? '' : sandbox, token }
}

/** Whether whoever asks has the token, where one is asked for. */
export function mayPass({ token }: Credentials, adminToken: string | undefined): boolean {
  return adminToken === undefined || sameSecret(token, adminToken)
}
