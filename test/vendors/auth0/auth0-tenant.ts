import { Jar, type Visit } from '../../support/browser-jar.ts'
import { start, startForFile, type TestServer } from '../../support/server.ts'
import { type Answer, postJson } from '../../support/vendor-client.ts'

/** The preloaded regular web app. */
export const web = {
  client_id: 'w8XjEQ0tGvKc1LsPzN5yRbT7uFhMd3Ai',
  client_secret: 'qZ3vN8sL-x1TfKeYw0RbGm_u5HcPdJ7oAi2ElXSt9VnBkUyQrWgFhMzC4OpD6jIa',
}

/** The preloaded single page, device and machine. */
export const spa = { client_id: 's2BnHk6PqYtV9mCdXe4LrJ0wZaUf8GoT' }
export const native = { client_id: 'n5DvRc7KxWpS1hGyTb3MuQ9eJzLf0AoE' }
export const machine = {
  client_id: 'm4FtZs8QyUoW2jLxVc6NiB1gHrPd9KaE',
  client_secret: 'yT6mKp2WsE-a9VdXu4QcJz_r0LhNbGf7oRi5TlMQ8ZeHkBvYwPgCxUnS3DjA1tFq',
}

export const audience = 'https://api.example.com'
export const callback = 'http://127.0.0.1/callback'
export const alice = { username: 'alice@example.com', password: 'Password1!' }
export const aliceId = 'auth0|5f7c8ec7c33c6c004bbafe82'
export const database = 'Username-Password-Authentication'

const options = { defaultProvider: 'auth0' } as const

/** A tenant in memory, until the test ends. */
export const startTenant = () => start(options)

/** The same, until the file ends. */
export const startTenantForFile = () => startForFile(options)

/** Asks the token endpoint with JSON, as the vendor's SDKs do. */
export function askToken({ url }: Pick<TestServer, 'url'>, body: Record<string, unknown>): Promise<Answer> {
  return postJson(`${url}/oauth/token`, body)
}

/** A browser that goes on from the authorization endpoint to the sign-in. */
export class TenantJar extends Jar {
  override async open(url: string, init: RequestInit = {}): Promise<Visit> {
    const page = await super.open(url, init)
    return page.location?.pathname.endsWith('/u/login') === true ? super.open(page.location.href) : page
  }
}

/** A code without a browser. */
export async function freshCode({ url }: Pick<TestServer, 'url'>, wanted: Record<string, unknown> = {}): Promise<string> {
  const asked = {
    client_id: web.client_id,
    username: 'alice',
    redirect_uri: callback,
    scope: 'openid profile email offline_access',
    ...wanted,
  }
  const { body, text } = await postJson(`${url}/_grantbox/sandboxes/auth0/authorize`, asked)
  if (typeof body.code !== 'string') throw new Error(text)
  return body.code
}

/** A token for the Management API. */
export async function managementToken(server: Pick<TestServer, 'url'>, scope?: string): Promise<{ authorization: string }> {
  const asked = { grant_type: 'client_credentials', ...machine, audience: `${server.url}/api/v2/`, scope }
  const { body } = await askToken(server, asked)
  return { authorization: `Bearer ${body.access_token}` }
}
