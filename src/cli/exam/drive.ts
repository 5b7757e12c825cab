import { isLoopbackName } from '../../basics/loopback.ts'
import type { MaybePromise } from '../../basics/maybe-promise.ts'
import type { Answer, AppBrowser, Provider } from '../../exam/browser/browser.ts'
import { type WebApp, WebAppDriver } from '../../exam/browser/web-app.ts'
import type { Given } from '../../exam/tasks.ts'
import type { ControlClient } from '../../library/control-client.ts'
import type { Begun } from '../../library/exam.ts'
import type { SandboxInfo } from '../../library/sandbox.ts'
import { startCommand } from './child.ts'

/** The sandbox as the exam's browser goes through it: its page as a browser asks for it, and its sign-in by the protocol. */
export function providerAt(client: ControlClient, { name, authorization_endpoint, hosts }: SandboxInfo): Provider {
  const at = new URL(authorization_endpoint)
  return {
    isSignIn(url) {
      const { hostname, port, pathname } = new URL(url)
      const isHere = port === at.port && (hostname === at.hostname || (isLoopbackName(hostname) && isLoopbackName(at.hostname)))
      return (isHere && pathname === at.pathname) || (hosts.includes(hostname) && at.pathname.endsWith(pathname))
    },
    async signIn(url, username) {
      const parameters = Object.fromEntries(new URL(url).searchParams)
      const path = `/sandboxes/${encodeURIComponent(name)}/authorize`
      const { redirect_to, form } = await client.post<{ redirect_to: string; form?: Answer['form'] }>(path, { ...parameters, username })
      return { url: redirect_to, form }
    },
  }
}

/** Opens a browser that has been nowhere. */
export type OpenBrowser = () => MaybePromise<AppBrowser>

/** The redirect URI of an app's first request, when it can be read off it. */
export async function redirectUriOf(app: WebApp, open: OpenBrowser): Promise<string | undefined> {
  const browser = await open()
  const there = await browser.walk(app.login).finally(() => browser.close())
  return 'signIn' in there ? (new URL(there.signIn).searchParams.get('redirect_uri') ?? undefined) : undefined
}

/** Takes a web app through its exam: grantbox is the browser. */
export async function driveApp(
  client: ControlClient,
  path: string,
  app: WebApp,
  open: OpenBrowser,
  { user, mallory }: Begun,
): Promise<void> {
  const driver = new WebAppDriver(app, open, [user, { ...mallory, email: null }])
  for (;;) {
    const task = await client.post<Given>(`${path}/exam/next`, {})
    if (task.do === 'nothing_left') return driver.end()
    await client.post(`${path}/exam/signal`, await driver.do(task))
  }
}

/** Takes through its exam whatever a command logs in: it runs once for each login, and is signed in when it ends with 0. */
export async function driveCommand(
  client: ControlClient,
  path: string,
  command: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  cwd: string,
  quiet: boolean,
): Promise<void> {
  let task = await client.post<Given>(`${path}/exam/next`, {})
  while (task.do !== 'nothing_left') {
    const running = startCommand(command, env, { cwd }, quiet)
    let isOver = false
    // Whoever knows enough need not wait for its end.
    const told = running.ended.then((code) => (isOver ? undefined : client.post(`${path}/exam/signal`, { signed_in: code === 0 })))
    const next = client.post<Given>(`${path}/exam/next`, { busy: true })
    // A command that cannot be started ends it all.
    await Promise.race([next, told.then(() => next)])
    isOver = true
    await running.end()
    task = await next
  }
}
