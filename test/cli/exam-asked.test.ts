import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readAsked } from '../../src/cli/exam/asked.ts'
import { knownFailures } from '../../src/cli/exam/known.ts'
import { loadConfig } from '../../src/config/config.ts'
import { ConfigError } from '../../src/config/error.ts'

const login = 'http://localhost:3000/login'
let cwd: string

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'grantbox-asked-'))
})

afterEach(() => rm(cwd, { recursive: true }))

async function asked(exam: object, flags: Record<string, string> = {}, ...[url]: string[]) {
  await writeFile(join(cwd, 'grantbox.config.json'), JSON.stringify({ exam }))
  return readAsked(url, new Map(Object.entries(flags)), (await loadConfig({ argv: [], env: {}, cwd })).exam)
}

async function problems(exam: object, flags: Record<string, string> = {}): Promise<string[]> {
  const error = await asked(exam, flags, login).catch((error) => error)
  return error instanceof ConfigError ? error.problems.map(({ where, message }) => `${where}: ${message}`) : []
}

describe('the config file says what the flags do not', () => {
  test('under their names, and its paths begin where it lies', async () => {
    const waive = { 'request-nonce': 'no ID token is used' }
    const exam = { profile: ['oidc', 'spa'], signed_in: 'GET /me is 200', require: 90, fail_on: 'should', known: 'k.json', waive }
    expect(
      await asked({ ...exam, report: { junit: 'out/exam.xml' }, sarif_file: 'src/auth.ts', rules: '2026.1' }, {}, login),
    ).toMatchObject({
      app: { login, signed_in: { url: 'http://localhost:3000/me' } },
      profiles: ['oidc', 'spa'],
      require: 90,
      fail_on: 'should',
      known: { file: join(cwd, 'k.json') },
      waive,
      reports: new Map([['junit', join(cwd, 'out/exam.xml')]]),
      sarif_file: 'src/auth.ts',
      rules_version: '2026.1',
    })
  })

  test('and switches are flags alone', async () => {
    const none = { public: false, browser: false, quick: false, verbose: false, parallel: 1 }
    expect(await asked({}, {}, login)).toMatchObject(none)
    expect(await asked({}, { public: '', browser: '' }, login)).toMatchObject({ ...none, public: true, browser: true })
    await expect(asked({}, { browser: '' })).rejects.toThrow(/flag --browser: means something beside a URL alone/)
  })

  test('and a flag wins', async () => {
    expect(await asked({ profile: 'oidc', require: 90 }, { profile: 'oauth2' }, login)).toMatchObject({ profiles: ['oauth2'], require: 90 })
  })

  test('and what is about an app with an address is left out where a command logs in', async () => {
    const both = await asked({ signed_in: 'GET /me is 200', profile: 'oidc' })
    expect(both).toMatchObject({ app: undefined, profiles: ['oidc'] })
  })
})

test.each([
  [
    { waive: { 'request-nonse': 'x' } },
    'exam.waive.request-nonse: expected a rule of docs/exam.md, got "request-nonse"; did you mean request-nonce?',
  ],
  [{ waive: { 'request-nonce': '' } }, 'exam.waive.request-nonce: expected at least 1 character, got ""'],
  [{ profile: 'oidx' }, /exam\.profile: expected .*got "oidx"/],
  [{ require: 101 }, 'exam.require: expected a number of 100 or less, got 101'],
  [{ rules: '1999.1' }, 'exam.rules: expected 2026.1, got "1999.1"'],
  [{ sarif: 'x' }, /exam\.sarif: unknown key/],
  [{ signed_in: 'GET /me' }, /exam\.signed_in: expected 'METHOD URL is STATUS'/],
])('%j is refused at its place', async (exam, said) => {
  const [problem] = await problems(exam)
  if (typeof said === 'string') expect(problem).toBe(`grantbox.config.json: ${said}`)
  else expect(problem).toMatch(said)
})

test('rules of a vendor of your own may be waived', async () => {
  const rule = { id: 'acme-once', why: 'x', mend: 'y', request: { endpoint: 'token' }, at_most: 1 }
  const content = { providers: { acme: { exam: { rules: [rule] } } }, exam: { waive: { 'acme-once': 'not yet', 'iokids-4011': 'no' } } }
  await writeFile(join(cwd, 'grantbox.config.json'), JSON.stringify(content))
  const { exam } = await loadConfig({ argv: [], env: {}, cwd })
  expect(exam?.said.waive).toEqual(content.exam.waive)
})

test('a file of known failures that is not there is missed where it was named', async () => {
  const { known } = await asked({ known: 'none.json' }, {}, login)
  await expect(knownFailures(known, cwd)).rejects.toThrow(/^grantbox\.config\.json: exam\.known: .*none\.json: ENOENT/)
})
