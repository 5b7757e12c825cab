import { authorizeUrl } from './iokids-client.ts'

/** A page or redirect of a sign-in as a browser gets it. */
export interface Step {
  status: number
  headers: Headers
  html: string
  /** Where it redirects; undefined for a page. */
  location: URL | undefined
}

/** Asks for a page without following redirects. */
export async function open(url: string, init: RequestInit = {}): Promise<Step> {
  const answer = await fetch(url, { redirect: 'manual', ...init })
  const location = answer.headers.get('location')
  return {
    status: answer.status,
    headers: answer.headers,
    html: await answer.text(),
    location: location === null ? undefined : new URL(location),
  }
}

/** A sign-in under way, its forms posted without a browser. */
export interface SignInUnderWay {
  page: Step
  transaction: string
  post(form: Record<string, string>): Promise<Step>
}

/** Opens the sign-in page. */
export async function begin(base: string, parameters: Record<string, string | undefined> = {}): Promise<SignInUnderWay> {
  const page = await open(authorizeUrl(base, parameters))
  const transaction = /name="transaction" value="([^"]+)"/.exec(page.html)?.[1] ?? ''
  return {
    page,
    transaction,
    post: (form) => open(`${base}/oauth/signin`, { method: 'POST', body: new URLSearchParams({ transaction, ...form }) }),
  }
}
