import { findFluffy, postmanCallback, postToken, signInByForm } from './iokids-client.ts'
import type { TestServer } from './server.ts'

/**
 * What a client does that learns about tokens the hard way: sign-in, code, API calls, an expired token, refreshes, and at last the
 * first refresh token once more, which revokes the grant. Gives what no page may show.
 */
export async function hardWay(server: TestServer): Promise<{ secrets: string[] }> {
  const { url, clock } = server
  const back = await signInByForm(server)
  const code = back.searchParams.get('code') ?? ''
  const first = await postToken(url, { grant_type: 'authorization_code', code, redirect_uri: postmanCallback, ...findFluffy })
  const call = (path: string, token: unknown) => fetch(url + path, { headers: { authorization: `Bearer ${token}` } })
  for (const path of ['/v1/me', '/v1/me/friends']) await call(path, first.body.access_token)
  clock.advance(302)
  await call('/v1/me', first.body.access_token)
  const refresh = (token: unknown) => postToken(url, { grant_type: 'refresh_token', refresh_token: String(token), ...findFluffy })
  const second = await refresh(first.body.refresh_token)
  const third = await refresh(second.body.refresh_token)
  await refresh(first.body.refresh_token)
  await call('/v1/me', third.body.access_token)
  const tokens = [first, second, third].flatMap(({ body }) => [String(body.access_token), String(body.refresh_token)])
  return { secrets: [code, ...tokens, findFluffy.client_secret] }
}
