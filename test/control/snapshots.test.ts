import fc from 'fast-check'
import { expect, test } from 'vitest'
import { authorizeUrl, brandon } from '../support/iokids-client.ts'
import { rawRequest } from '../support/raw-request.ts'
import { startForFile } from '../support/server.ts'
import { begin } from '../support/sign-in-steps.ts'

const { url } = await startForFile()

/** What a client finds as state in the redirect of a refused request. */
async function returned(query: string): Promise<string | null> {
  const target = `/oauth/signin?client_id=iok-cid-findfluffy&redirect_uri=https%3A%2F%2Foauth.pstmn.io%2Fv1%2Fcallback&${query}`
  const { status, headers } = await rawRequest(url, target)
  expect(status).toBe(302)
  return new URL(headers.location ?? '').searchParams.get('state')
}

test.each([
  ['a+b', 'a b'],
  ['a%20b', 'a b'],
  ['a%2Bb', 'a+b'],
  ['a%252Bb', 'a%2Bb'],
  ['a=b==', 'a=b=='],
  ['a%3Db', 'a=b'],
  ['a%26b%3Dc', 'a&b=c'],
  ['%23fragment', '#fragment'],
  ['%7B%22a%22%3A%5B1%2C%22%26%22%5D%7D', '{"a":[1,"&"]}'],
  ['%F0%9F%90%B6%C3%A4%E5%AF%86', '🐶ä密'],
  ['%00%0D%0ASet-Cookie%3A+x', '\0\r\nSet-Cookie: x'],
  ['%22%3E%3Cscript%3E', '"><script>'],
  ["~!*'()", "~!*'()"],
  ['100%', '100%'],
  ['a;b,c/d?e:f@g$h', 'a;b,c/d?e:f@g$h'],
  ['x'.repeat(2048), 'x'.repeat(2048)],
  ['%E2%82%AC'.repeat(700), '€'.repeat(700)],
  ['__proto__', '__proto__'],
])('state=%s comes back byte-equal after one decoding', async (sent, state) => {
  expect(await returned(`state=${sent}`)).toBe(state)
})

test('an empty state counts as absent, and nothing is made up (RFC 6749 §3.1)', async () => {
  expect(await returned('state=')).toBeNull()
  expect(await returned('')).toBeNull()
})

test('whatever the state is, it comes back byte-equal', async () => {
  const text = fc.oneof(fc.string({ unit: 'binary', minLength: 1, maxLength: 500 }), fc.json(), fc.base64String({ minLength: 4 }))
  await fc.assert(
    fc.asyncProperty(text, async (state) => {
      expect(await returned(`state=${encodeURIComponent(state)}`)).toBe(state)
      expect(await returned(new URLSearchParams({ state }).toString())).toBe(state)
    }),
    { numRuns: 200 },
  )
})

test.each(['a b+c%2B=&"{}', '{"next":"/a?b=c&d"}', '🐶ä密', 'x'.repeat(2048)])(
  'the state that comes with a code is byte-equal too: %s',
  async (state) => {
    const { post } = await begin(url, { state })
    await post(brandon)
    const { location } = await post({ decision: 'allow' })
    expect(location?.searchParams.get('state')).toBe(state)
    expect(location?.searchParams.get('code')).toBeTruthy()
  },
)

test('without a state the redirect has the code alone', async () => {
  const { post } = await begin(url, { state: undefined })
  await post(brandon)
  expect([...((await post({ decision: 'allow' })).location?.searchParams.keys() ?? [])]).toEqual(['code'])
})

test('a long state does not keep the sign-in page from opening', async () => {
  const { status } = await rawRequest(url, authorizeUrl(url, { state: 'é'.repeat(1000) }).slice(url.length))
  expect(status).toBe(200)
})
