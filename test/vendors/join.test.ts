import { describe, expect, test } from 'vitest'
import { lastEntry } from '../support/iokids-setup.ts'
import { rawRequest } from '../support/raw-request.ts'
import { startForFile } from '../support/server.ts'
import { begin, open, type Step } from '../support/sign-in-steps.ts'

const server = await startForFile()
const sandbox = server.sandbox()
const { url } = server

const parent = { username: 'newcomer', first_name: 'ann', last_name: 'other', type: 'parent', age: '40' }

async function beginJoining() {
  const { page, transaction, post } = await begin(url)
  const address = /href="(\/oauth\/join\?transaction=[^"]+)"/.exec(page.html)?.[1] ?? ''
  return {
    address,
    post,
    join: (form: Record<string, string>): Promise<Step> =>
      open(`${url}/oauth/join`, { method: 'POST', body: new URLSearchParams({ transaction, ...form }) }),
  }
}

describe('Join Now', () => {
  test("shows a form with a free username as the vendor makes them, and the company's name as password", async () => {
    const { address } = await beginJoining()
    const page = await open(url + address)
    expect(page.status).toBe(200)
    expect(page.html).toMatch(/name="username"[^>]*value="[a-z]+\d{3}"/)
    expect(page.html).toContain('Find Fluffy, LLC')
    for (const name of ['first_name', 'last_name', 'type', 'age', 'parent']) expect(page.html).toContain(`name="${name}"`)
  })

  test('makes a user with this app, who goes on to Continue and can sign in again with the name of the company', async () => {
    const { join, post } = await beginJoining()
    const page = await join({ ...parent, username: '@newcomer' })
    expect(page.html).toContain('Continue to use the App')
    expect(page.html).toContain('@newcomer')
    expect((await post({ decision: 'allow' })).location?.searchParams.get('code')).toBeTruthy()
    const again = await begin(url)
    expect((await again.post({ username: 'newcomer', password: 'Find Fluffy, LLC' })).html).toContain('Continue to use the App')
  })

  test('makes a kid of a parent', async () => {
    const { join } = await beginJoining()
    const page = await join({ ...parent, username: 'newkid', type: 'kid', age: '9', parent: '@BeautifulMeercat246' })
    expect(page.html).toContain('Continue to use the App')
    const kid = sandbox.directory.findUser('newkid')
    expect(kid).toMatchObject({ type: 'kid', age: 9 })
    if (kid !== undefined) expect(sandbox.directory.parentsOf(kid).map((one) => one.username)).toEqual(['beautifulmeercat246'])
  })

  test('a kid of 13 or more needs no parent', async () => {
    const { join } = await beginJoining()
    expect((await join({ ...parent, username: 'teenager', type: 'kid', age: '13' })).html).toContain('Continue to use the App')
  })

  test.each<[string, Record<string, string>, string]>([
    ['a taken username', { username: 'BEAUTIFULMEERCAT246' }, 'This username is taken.'],
    ['a short username', { username: 'ab' }, 'A username has 3 to 32'],
    ['a username with a blank', { username: 'a b c' }, 'A username has 3 to 32'],
    ['no name', { first_name: ' ' }, 'A name is needed.'],
    ['a long name', { last_name: 'x'.repeat(65) }, 'A name has at most 64'],
    ['another type', { type: 'dog' }, 'Choose Parent or Kid.'],
    ['no age', { age: '' }, 'The age is a whole number'],
    ['a negative age', { age: '-1' }, 'The age is a whole number'],
    ['a parent of 17', { age: '17' }, 'A parent is 18 or older.'],
    ['a kid of 18', { type: 'kid', age: '18' }, 'A kid is 17 or younger.'],
    ['a kid under 13 without a parent', { type: 'kid', age: '12' }, 'A kid under 13 needs a parent.'],
    ['a parent who is a kid', { type: 'kid', age: '12', parent: 'tinyotter512' }, 'There is no parent of this username'],
    ['a parent who is nobody', { type: 'kid', age: '12', parent: 'nobody' }, 'There is no parent of this username'],
  ])('refuses %s on the page, what was typed kept, and explains it', async (_what, form, message) => {
    const { join } = await beginJoining()
    const { status, html, headers } = await join({ ...parent, username: 'refused', first_name: 'Ann-Kept', ...form })
    expect(status).toBe(400)
    expect(html).toContain(message)
    if (form.first_name === undefined) expect(html).toMatch(/name="first_name"[^>]*value="Ann-Kept"/)
    expect(headers.get('grantbox-explain')).toContain(message)
    expect(lastEntry(sandbox)).toMatchObject({ endpoint: 'authorize', status: 400, explanation: expect.stringContaining(message) })
    expect(sandbox.directory.findUser('refused')).toBeUndefined()
  })

  test('of two who take one username at once, one gets it', async () => {
    const many = await Promise.all(Array.from({ length: 5 }, beginJoining))
    const pages = await Promise.all(many.map(({ join }) => join({ ...parent, username: 'wanted' })))
    expect(pages.map((page) => page.status).sort()).toEqual([200, 400, 400, 400, 400])
  })

  test.each(['', '?transaction=', '?transaction=nonsense'])(
    'without a sign-in under way there is a page that says so: "%s"',
    async (query) => {
      const { status, html, headers } = await open(`${url}/oauth/join${query}`)
      expect(status).toBe(400)
      expect(html).toMatch(/Joining begins at the sign-in page|This sign-in is over/)
      expect(headers.get('grantbox-explain')).toBeTruthy()
    },
  )

  test('other methods are 405, and no other page may read it', async () => {
    const answer = await rawRequest(url, '/oauth/join', { method: 'OPTIONS', headers: { origin: 'https://app.example' } })
    expect(answer.status).toBe(405)
    expect(answer.headers.allow).toBe('GET, POST, HEAD')
    expect(answer.headers['access-control-allow-origin']).toBeUndefined()
  })
})
