import { expect, test } from 'vitest'
import { Jar } from '../../support/browser-jar.ts'
import { claimsOf } from '../../support/vendor-client.ts'
import { callback, change, startTeam, throughPages, web } from './apple-team.ts'

const asked = {
  client_id: web,
  redirect_uri: callback,
  response_type: 'code id_token',
  response_mode: 'form_post',
  scope: 'name email',
  state: 's',
}
const at = (url: string, more: Record<string, string> = {}) => `${url}/auth/authorize?${new URLSearchParams({ ...asked, ...more })}`

test('the name has a page, then the password, then the app; what is typed there is told once and posted', async () => {
  const { url } = await startTeam()
  const jar = new Jar()
  const first = await jar.open(at(url))
  expect(first.html).toContain('id="account_name_text_field"')
  const second = await jar.post(first, url, { accountName: 'alice@example.com' })
  expect(second.html).toContain('id="password_text_field"')
  const third = await jar.post(second, url, { accountName: 'alice@example.com', password: 'password' })
  for (const text of ['value="Alice"', 'value="Arnold"', 'Share My Email', 'Hide My Email']) expect(third.html).toContain(text)
  const told = { decision: 'allow', firstName: ' Al ', lastName: 'A.', email: 'hide' } as const
  const { back, fields = {} } = await throughPages(at(url), { jar: new Jar(), ...told })
  expect([back.href, Object.keys(fields)]).toEqual([callback, ['state', 'code', 'id_token', 'user']])
  const user = JSON.parse(fields.user ?? '')
  expect(user).toEqual({ name: { firstName: 'Al', lastName: 'A.' }, email: expect.stringMatching(/@privaterelay\.appleid\.com$/) })
  expect(claimsOf(fields.id_token)).toMatchObject({ email: user.email, is_private_email: 'true' })
})

test('later the page asks whether to go on alone, and not even that with auto_consent', async () => {
  const server = await startTeam()
  const jar = new Jar()
  await throughPages(at(server.url), { jar })
  const again = await jar.open(at(server.url))
  expect(again.html).toContain('Continue')
  expect(again.html).not.toContain('Hide My Email')
  const { fields } = await throughPages(at(server.url), { jar })
  expect(Object.keys(fields ?? {})).toEqual(['state', 'code', 'id_token'])
  await change(server, { auto_consent: true })
  expect((await jar.open(at(server.url))).html).toContain('data-submit')
})

test('Bob hides his address unless he says otherwise, and nobody answers what was not offered', async () => {
  const { url } = await startTeam()
  const { fields } = await throughPages(at(url), { username: 'bob', email: 'both' as 'hide' })
  expect(JSON.parse(fields?.user ?? '').email).toMatch(/@privaterelay/)
  const other = await startTeam()
  const { fields: shared } = await throughPages(at(other.url), { username: 'bob', email: 'share' })
  expect(JSON.parse(shared?.user ?? '').email).toBe('bob@example.com')
})

test('who cancels is told so in the vendor’s words, posted or in the query', async () => {
  const { url } = await startTeam()
  const { fields } = await throughPages(at(url), { decision: 'deny' })
  expect(fields).toEqual({ error: 'user_cancelled_authorize', state: 's' })
  const { back } = await throughPages(at(url, { scope: 'openid', response_type: 'code', response_mode: 'query' }), { decision: 'deny' })
  expect(back.href).toBe(`${callback}?error=user_cancelled_authorize&state=s`)
})
