import { sittingOf } from '../../src/exam/exams.ts'
import { addClient, newApp, newClient } from '../../src/sandbox/new-app.ts'
import { Jar } from './browser-jar.ts'
import { control } from './control-client.ts'
import type { DashboardClient } from './dashboard-client.ts'
import { ExamApp } from './exam-app.ts'
import type { TestServer } from './server.ts'
import { signInAndAllow } from './standard-sign-in.ts'

const own = { client_id: 'by-hand', client_secret: 'by-hand-secret' }

/** An app of the sandbox `standard`, and somebody who logs in at it as its users do. */
export async function appByHand(server: TestServer): Promise<ExamApp> {
  const sandbox = server.sandbox('standard')
  const app = await new ExamApp({ issuer: `${server.url}/standard`, ...own }).start()
  addClient(sandbox, newApp(sandbox, { name: 'By Hand', redirect_uris: [`${app.url}/callback`] }), newClient(sandbox, own))
  return app
}

/** Logs in through the sign-in's own pages. @returns whether the app lets him in */
export async function logIn(app: ExamApp, user: { username: string; password: string }): Promise<boolean> {
  const jar = new Jar()
  let at = `${app.url}/login`
  let page = await jar.open(at)
  for (let count = 0; count < 10; count++) {
    if (page.location === undefined && /name="password"|value="allow"/.test(page.html)) page = await signInAndAllow(jar, page, at, user)
    if (page.location === undefined) break
    at = page.location.href
    page = await jar.open(at)
  }
  return (await jar.open(`${app.url}/me`)).status === 200
}

/** Whom the page asks for; undefined while it asks for nothing. */
export function askedOn(html: string): { task: string; username: string; password: string } | undefined {
  const [, task] = /name="task" value="(\d+)"/.exec(html) ?? []
  const code = (id: string) => new RegExp(`<code id="${id}">([^<]*)<`).exec(html)?.[1]?.replaceAll('&amp;', '&') ?? ''
  return task === undefined ? undefined : { task, username: code('username'), password: code('password') }
}

/** Does what the page says until it says nothing more. @returns the page of the report */
export async function sitExam(browser: DashboardClient, app: ExamApp, at: string): Promise<string> {
  for (;;) {
    const { html } = await browser.get(at)
    const asked = askedOn(html)
    if (asked !== undefined) await browser.post(`${at}/said`, { task: asked.task, said: (await logIn(app, asked)) ? 'in' : 'out' })
    else if (!html.includes('http-equiv="refresh"')) return html
    else await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** Takes an app through some of an exam by the control API; its report stays. */
export async function reported(server: TestServer, app: ExamApp, only: readonly string[]): Promise<void> {
  const at = '/sandboxes/standard/exam'
  await control(server, 'POST', at, { ...own, profile: ['oidc'], signals: ['signed_in'], only })
  for (;;) {
    const { body: task } = await control(server, 'POST', `${at}/next`, {})
    if (task.do === 'nothing_left') return
    await control(server, 'POST', `${at}/signal`, { signed_in: await logIn(app, task) })
  }
}

/** Has such a report stand as if that had been all that there is. */
export function asIfWhole(server: TestServer): void {
  const sitting = sittingOf(server.sandbox('standard'))
  if (sitting !== undefined) Object.assign(sitting.exam.options, { only: [] })
}
