import { GrantboxError } from './error.ts'
import type { Users } from './users.ts'

/** What is asked of a page; those of Playwright have it all. */
export interface LoginPage {
  goto(url: string): Promise<unknown>
  fill(selector: string, value: string): Promise<unknown>
  click(selector: string): Promise<unknown>
  isVisible(selector: string): Promise<boolean>
  textContent(selector: string): Promise<string | null>
}

/** Who logs in: a username, or a username with its password. */
export type LoginUser = string | { username: string; password?: string }

/** How to log in. */
export interface LoginOptions {
  /** Goes there first: an address of the app that leads to the sign-in page, or the authorization URL itself. */
  url?: string
  /** How long a page may take to come; milliseconds, 5000 when absent. */
  timeout?: number
}

const form = 'form:has(input[name="transaction"]):not([hidden])'
const username = `${form} input[autocomplete="username"]`
const password = `${form} input[autocomplete="current-password"]`
const signIn = `${form} :is([data-does="submit"], button[type="submit"]:not([name]))`
const allow = `${form} :is([data-does="allow"], button[name="decision"][value="allow"])`
const leave = `${form} [data-does="leave"]`
const alert = '[role="alert"]'
const notAllowed = 'form:has(input[name="transaction"]) button[name="decision"]:is([value="add"], [value="ask"])'

/** The steps of a sign-in, and where nothing of it is to be seen any more. */
type Step = 'name' | 'sign-in' | 'refused' | 'stay' | 'continue' | 'not-allowed' | 'elsewhere'

/** Logs in through whatever page the sandbox shows, until it has sent the browser back to the client. */
export async function loginThrough(page: LoginPage, user: LoginUser, users: Pick<Users, 'get'>, options: LoginOptions = {}): Promise<void> {
  const { timeout = 5000 } = options
  if (options.url !== undefined) await page.goto(options.url)
  let step = await stepOf(page)
  if (step === 'name' || step === 'sign-in' || step === 'refused') {
    const who = await credentials(user, users)
    if (await page.isVisible(username)) await page.fill(username, who.username)
    if (!(await page.isVisible(password))) {
      await page.click(signIn)
      step = await changed(page, [step], timeout)
    }
    if (await page.isVisible(password)) {
      await page.fill(password, who.password)
      await page.click(signIn)
      step = await changed(page, [step], timeout)
    }
  }
  if (step === 'refused') throw failed(`The sign-in page refuses: ${(await page.textContent(alert))?.trim()}`)
  if (step === 'not-allowed') throw failed('The user cannot use this app yet: give it to him with users.update(username, { apps })')
  if (step === 'stay') {
    await page.click(leave)
    step = await changed(page, ['stay'], timeout)
  }
  if (step === 'continue') {
    await page.click(allow)
    await changed(page, ['continue'], timeout)
  }
}

async function credentials(user: LoginUser, users: Pick<Users, 'get'>): Promise<{ username: string; password: string }> {
  const { username, password } = typeof user === 'string' ? { username: user } : user
  return { username, password: password ?? (await users.get(username)).password }
}

/** The step that comes after these. */
async function changed(page: LoginPage, before: readonly Step[], timeout: number): Promise<Step> {
  const polls = Math.max(1, Math.ceil(timeout / pollMs))
  for (let poll = 0; poll < polls; poll++) {
    const step = await stepOf(page)
    if (!before.includes(step)) return step
    await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
  throw failed(`The page still shows ${before.join(' or ')} after ${timeout} ms`)
}

const pollMs = 25

/** Between two pages nothing can be asked: then the answer is that of the page that comes. */
async function stepOf(page: LoginPage): Promise<Step> {
  for (let tries = 0; ; tries++) {
    try {
      const asked = (await page.isVisible(password)) ? 'sign-in' : (await page.isVisible(username)) ? 'name' : undefined
      if (asked !== undefined) return (await page.isVisible(alert)) ? 'refused' : asked
      if (await page.isVisible(leave)) return 'stay'
      if (await page.isVisible(allow)) return 'continue'
      return (await page.isVisible(notAllowed)) ? 'not-allowed' : 'elsewhere'
    } catch (error) {
      if (tries === 40) throw error
      await new Promise((resolve) => setTimeout(resolve, pollMs))
    }
  }
}

function failed(detail: string): GrantboxError {
  return new GrantboxError({ status: 0, title: 'Login failed', detail })
}
