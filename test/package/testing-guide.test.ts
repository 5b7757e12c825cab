import { afterAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { type Sandbox, startGrantbox } from '../../src/index.ts'
import { browser } from '../support/browser.ts'
import { AsyncFunction, type Example, readGuide, runExample } from '../support/guide.ts'

const read = await readGuide('testing.md')
const box = await startGrantbox({ provider: 'standard' })
afterAll(() => box.close())
const openPage = browser()
const { examples, text: guide } = read

/** Runs a block after the guide's setup, in a sandbox of its own. */
async function run(example: Example, sandbox: Sandbox): Promise<void> {
  await runExample(example, read, box, sandbox, example.inBrowser ? await openPage() : undefined)
}

describe.each(examples)('$title', (example) => {
  test('is as the guide says', async () => {
    await run(example, await box.createSandbox())
  })

  const acts = /sandbox\.(faults\.add|update|clock\.\w+|keys\.rotate|users\.update|grants\.revoke|tokens\.expire)\(|browse\(\{|claims:/
  if (acts.test(example.code) && !example.inBrowser) {
    test('is so because of that call alone', async () => {
      await expect(run(example, deaf(await box.createSandbox()))).rejects.toThrow()
    })
  }
})

/** A sandbox that does nothing of what the guide's examples are about. */
function deaf(sandbox: Sandbox): Sandbox {
  const nothing = async (): Promise<never> => ({}) as never
  const none = async (): Promise<never> => [] as never
  return {
    ...sandbox,
    faults: { ...sandbox.faults, add: nothing },
    update: nothing,
    clock: { ...sandbox.clock, advance: nothing, set: nothing, freeze: nothing },
    keys: { ...sandbox.keys, rotate: none },
    users: { ...sandbox.users, update: nothing },
    grants: { ...sandbox.grants, revoke: nothing },
    tokens: { mint: ({ claims: _, ...wanted }) => sandbox.tokens.mint(wanted), expire: nothing },
    authorize: ({ decision: _decision, granted_scope: _scope, ...wanted }) => sandbox.authorize(wanted),
  }
}

test('the guide has an example for every situation that a client’s tests need', () => {
  const wanted = [
    ['Denied by the user', 'Scopes narrowed', 'Wrong state', 'Missing state', 'Replayed state', 'Callback with code and error'],
    ['Callback without code', 'Callback twice', 'Each error of RFC 6749', 'Status 500', 'Status 503 with Retry-After', 'Timeout'],
    ['Dropped connection', 'Not JSON', 'HTML', 'Truncated', 'Wrong content type', 'Without access_token', 'Without token_type'],
    ['Without expires_in', 'Negative expires_in', 'expires_in as a string', 'Huge expires_in', 'expires_in of 1', 'Failing for good'],
    ['Failing twice and then working', 'Rotating', 'Not rotating', 'Eight parallel refreshes with a slow answer', 'No refresh token given'],
    [
      'Third-party revocation',
      'The user removed the app',
      'User disabled',
      'Subject changed',
      '401',
      '403 insufficient_scope',
      '429',
      '5xx',
    ],
    [
      'Clock skew: the provider is 90 s ahead',
      'Clock skew: the provider is 90 s behind',
      'Key rotated',
      'Key retired',
      'Key published late',
    ],
    ['JWKS down', 'Issuer mismatch', 'Discovery down', 'Signed wrongly', 'Expired', 'For another audience'],
  ].flat()
  const titles = examples.map(({ title }) => title.replace(/^[^:]*: /, ''))
  expect(wanted.filter((title) => !titles.includes(title))).toEqual([])
})

test('what stands in other blocks of JavaScript can be parsed', () => {
  const others = [...guide.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code = '']) => code)
  for (const code of others) expect(() => new AsyncFunction(code.replaceAll(/^import .*$/gm, ''))).not.toThrow()
})

test('the calls of the guide’s shell examples are answered as they should be', async () => {
  const vendor = await startGrantbox()
  try {
    const shell = guide.slice(guide.indexOf('## Without JavaScript')).replaceAll(/\\\n\s*/g, '')
    const calls = [...shell.matchAll(/^curl (?:-X (\w+) )?'?http:\/\/localhost:9400([^\s']+)'?(.*)$/gm)]
    expect(calls.length).toBeGreaterThan(3)
    for (const [, method = 'GET', path = '', rest = ''] of calls) {
      const body = /-d '([^']*)'/.exec(rest)?.[1]
      const headers = { 'content-type': 'application/json' }
      // Nothing comes, so waiting for it is of no use here.
      const url = vendor.url + path.replace('wait=5', 'wait=0')
      const answer = await fetch(url, { method, ...(body !== undefined && { headers, body }) })
      expect([path, answer.ok, await answer.json()]).toEqual([path, true, expect.anything()])
    }
  } finally {
    await vendor.close()
  }
})

test('the workflows of the guide are YAML', () => {
  const workflows = [...guide.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text = '']) => parse(text))
  expect(workflows.map(({ jobs }) => Object.keys(jobs))).toEqual([['test'], ['test']])
})
