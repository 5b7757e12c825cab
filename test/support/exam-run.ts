import { type AppBrowser, Browser, type Provider } from '../../src/exam/browser/browser.ts'
import type { Expected } from '../../src/exam/browser/probe.ts'
import { readProbe } from '../../src/exam/browser/probe.ts'
import { abilitiesOf, type WebApp, WebAppDriver } from '../../src/exam/browser/web-app.ts'
import type { Report } from '../../src/exam/report.ts'
import type { Given } from '../../src/exam/tasks.ts'
import type { Sandbox } from '../../src/library/sandbox.ts'

/** Takes an app through an exam with grantbox as the browser, by the control API alone. */
export async function examine(
  box: Sandbox,
  url: string,
  app: WebApp,
  options: Record<string, unknown> = {},
  open?: (provider: Provider) => Promise<AppBrowser>,
): Promise<Report> {
  const at = `${url}/_grantbox/sandboxes/${box.name}`
  const ask = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' }
    const answer = await fetch(`${at}${path}`, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) })
    const found = answer.status === 204 ? {} : await answer.json()
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(found)}`)
    return found as T
  }
  const begun = await ask<{ user: Expected; mallory: Omit<Expected, 'email'> }>('POST', '/exam', {
    signals: abilitiesOf(app, open !== undefined),
    ...options,
  })
  const users: Expected[] = [begun.user, { ...begun.mallory, email: 'mallory@example.com' }]
  const provider = {
    isSignIn: (one: string) => one.startsWith(`${box.url}/authorize?`),
    signIn: async (one: string, username: string) => {
      const { redirect_to, form } = await ask<{ redirect_to: string; form?: Record<string, string> }>('POST', '/authorize', {
        ...Object.fromEntries(new URL(one).searchParams),
        username,
      })
      return { url: redirect_to, form }
    },
  }
  const driver = new WebAppDriver(app, open === undefined ? () => new Browser(provider) : () => open(provider), users)
  for (;;) {
    const task = await ask<Given>('POST', '/exam/next', {})
    if (task.do === 'nothing_left') break
    await ask('POST', '/exam/signal', await driver.do(task))
  }
  await driver.end()
  const report = await ask<Report>('GET', '/exam')
  await ask('DELETE', '/exam')
  return report
}

/** The addresses of the examined app. */
export function addressesOf(url: string): WebApp {
  return {
    login: `${url}/login`,
    signed_in: readProbe('GET /me is 200', url),
    whoami: readProbe('GET /me json /sub', url),
    api: `${url}/api`,
    logout: `${url}/logout`,
    return_to: 'returnTo',
  }
}

/** The same addresses as the provider has to know them. */
export function registrationOf(url: string) {
  return {
    redirect_uri: `${url}/callback`,
    post_logout_redirect_uri: `${url}/bye`,
    backchannel_logout_uri: `${url}/backchannel`,
  }
}
