import type { Speech } from '../support/vendor-speech.ts'

const redirect_uri = 'https://app.example/callback'

/** A code of `standard` by its pages, as a browser gets it; what redeems it. @throws Error when none came */
export async function freshCode(url: string, { sandbox, client, user }: Speech): Promise<Record<string, string>> {
  const query = new URLSearchParams({ response_type: 'code', client_id: client.client_id, redirect_uri, scope: 'openid' })
  const authorize = `${url}/${sandbox}/authorize`
  const page = await fetch(`${authorize}?${query}`)
  const cookies = page.headers.getSetCookie()
  const transaction = /name="transaction" value="([^"]+)"/.exec(await page.text())?.[1] ?? ''
  const step = async (form: Record<string, string>) => {
    const headers = { cookie: cookies.map((one) => one.split(';')[0]).join('; ') }
    const body = new URLSearchParams({ transaction, ...form })
    const answer = await fetch(authorize, { method: 'POST', headers, body, redirect: 'manual' })
    cookies.push(...answer.headers.getSetCookie())
    return answer
  }
  const first = await step(user)
  const answer = first.headers.has('location') ? first : await step({ decision: 'allow' })
  const code = new URL(answer.headers.get('location') ?? 'about:blank').searchParams.get('code')
  if (code === null) throw new Error(`no code came: ${answer.status} ${(await answer.text()).slice(-1500)}`)
  return { grant_type: 'authorization_code', code, redirect_uri }
}
