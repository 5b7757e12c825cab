import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Report } from '../../src/exam/report.ts'
import type { Sandbox } from '../../src/library/sandbox.ts'
import { throughSignIn } from './through-sign-in.ts'

/** Takes a program of the command line, which listens on this machine for its answer, through an exam; it does wrong what these rules say. */
export async function examineNative(box: Sandbox, options: Record<string, unknown>, wrong: ReadonlySet<string>): Promise<Report> {
  const own = { client_id: 'cli', client_secret: null, redirect_uri: 'http://127.0.0.1/callback' }
  const exam = await box.exam({ ...own, ...options })
  const left: (() => void)[] = []
  const report = await exam.runAll(async ({ issuer, user }) => ({ signedIn: await signIn(issuer, user, wrong, left).catch(() => false) }))
  await exam.end()
  for (const close of left) close()
  return report
}

/** RFC 8252 §7.3. @param left takes what closes a listener that stays open @returns whether there are tokens at the end */
async function signIn(
  issuer: string,
  user: { username: string; password: string },
  wrong: ReadonlySet<string>,
  left: (() => void)[],
): Promise<boolean> {
  const answered = Promise.withResolvers<URLSearchParams>()
  const listener = createServer(({ url = '' }, response) => {
    response.end('You may close this window.')
    answered.resolve(new URL(url, issuer).searchParams)
  }).listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const redirect_uri = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/callback`
  const close = () => {
    listener.close()
    listener.closeAllConnections()
  }
  const [state, code_verifier] = [randomBytes(32).toString('base64url'), randomBytes(32).toString('base64url')]
  const code_challenge = createHash('sha256').update(code_verifier).digest('base64url')
  const own = {
    response_type: 'code',
    client_id: 'cli',
    redirect_uri,
    scope: 'openid',
    state,
    code_challenge,
    code_challenge_method: 'S256',
  }
  const back = await throughSignIn(`${issuer}/authorize?${new URLSearchParams(own)}`, user)
  await fetch(back)
  const answer = await answered.promise
  if (wrong.has('native-listener-closes')) left.push(close)
  else close()
  const code = answer.get('code')
  if (code === null || answer.get('state') !== state) return false
  const body = new URLSearchParams({ grant_type: 'authorization_code', client_id: 'cli', code, redirect_uri, code_verifier })
  return (await fetch(`${issuer}/token`, { method: 'POST', body })).ok
}
