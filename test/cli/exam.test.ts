import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCommand } from '../support/command-line.ts'
import { freePort } from '../support/real-server.ts'

const support = join(import.meta.dirname, '../support')
let cwd: string

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'grantbox-exam-'))
})

afterAll(() => rm(cwd, { recursive: true }))

async function exam(args: readonly string[], env: Record<string, string> = {}) {
  const at = args.indexOf('--')
  const [own, command] = at < 0 ? [args, []] : [args.slice(0, at), args.slice(at)]
  return runCommand(['exam', ...own, '--port', String(await freePort()), ...command], { cwd, env })
}

describe('a command that logs in', () => {
  // The oldest Node.js reads TypeScript when it is told to.
  const flag = '--experimental-strip-types'
  const types = process.allowedNodeEnvironmentFlags.has(flag) ? [flag] : []
  const login = ['--', process.execPath, ...types, join(support, 'exam-login.ts')]

  test('is run once for each login, and signed in when it ends with 0', { timeout: 120_000 }, async () => {
    const only = [
      '--only',
      'callback-state-wrong,callback-iss-wrong',
      '--report',
      'json=out.json,junit=out.xml,sarif=out.sarif,html=out.html',
    ]
    const { code, stdout, stderr } = await exam([...only, ...login], { WRONG: 'callback-iss-wrong' })
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
    expect(stdout).toMatch(/FAILED +callback-iss-wrong +must/)
    expect(stdout).toMatch(/Again: grantbox exam --only callback-iss-wrong -- /)
    const { rules } = JSON.parse(await readFile(join(cwd, 'out.json'), 'utf8'))
    expect(rules).toMatchObject([
      { id: 'callback-state-wrong', verdict: 'passed', proof: 'signal' },
      { id: 'callback-iss-wrong', verdict: 'failed', proof: 'wire' },
    ])
    expect(await readFile(join(cwd, 'out.xml'), 'utf8')).toMatch(/<testcase name="callback-iss-wrong"[^>]*><failure /)
    const [run] = JSON.parse(await readFile(join(cwd, 'out.sarif'), 'utf8')).runs
    expect(run.results).toMatchObject([{ ruleId: 'callback-iss-wrong', level: 'error' }])
    expect(await readFile(join(cwd, 'out.html'), 'utf8')).toMatch(/<section id="callback-iss-wrong">/)
  })

  test('that fails in a way that is known passes until the day that was named', { timeout: 120_000 }, async () => {
    const only = ['--only', 'callback-iss-wrong', '--known', 'known.json']
    const known = (until: string) => JSON.stringify({ 'callback-iss-wrong': { reason: 'waits for a release', until } })
    await writeFile(join(cwd, 'known.json'), known('2999-12-31'))
    const excused = await exam([...only, ...login], { WRONG: 'callback-iss-wrong' })
    expect(excused.code).toBe(0)
    expect(excused.stdout).toMatch(/Known and let pass: callback-iss-wrong/)
    await writeFile(join(cwd, 'known.json'), known('2020-01-01'))
    expect((await exam([...only, ...login], { WRONG: 'callback-iss-wrong' })).code).toBe(1)
    await writeFile(join(cwd, 'known.json'), known('2999-12-31'))
    expect((await exam([...only, ...login])).stdout).toMatch(/callback-iss-wrong is known as a failure and passed/)
  })

  test('runs twice at once when it is told to, in sandboxes of its own, and there is one report', { timeout: 120_000 }, async () => {
    const rules = ['--parallel', '2', '--only', 'callback-state-wrong,callback-iss-wrong,request-pkce', '--report', 'json=two.json']
    const { code, stderr } = await exam([...rules, ...login], { WRONG: 'callback-iss-wrong' })
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
    const { rules: found, controls } = JSON.parse(await readFile(join(cwd, 'two.json'), 'utf8'))
    expect(found).toMatchObject([
      { id: 'callback-state-wrong', verdict: 'passed' },
      { id: 'callback-iss-wrong', verdict: 'failed' },
      { id: 'request-pkce', verdict: 'passed' },
    ])
    const each = ['first', 'sham', 'after callback']
    expect(controls.map(({ what }: { what: string }) => what)).toEqual([...each, ...each])
  })

  test('that always ends with 0 makes the exam void', async () => {
    const { code, stdout } = await exam(['--', process.execPath, '--eval', '0'])
    expect({ code, stdout }).toEqual({ code: 2, stdout: expect.stringMatching(/VOID .*no authorization request came/) })
  })
})

describe('wrong use ends with 3 and says what was wrong', () => {
  test.each([
    [[], /expected: grantbox exam exam URL|expected: grantbox exam/],
    [['ftp://localhost/login'], /expected the http or https URL where a login begins, got "ftp:\/\/localhost\/login"/],
    [['http://localhost:1/login', '--signed-in', 'GET /me'], /flag --signed-in: expected 'METHOD URL is STATUS'/],
    [['http://localhost:1/login', '--profile', 'oidx'], /flag --profile: expected some of oauth2, .*got "oidx"/],
    [['http://localhost:1/login', '--report', 'pdf=x.pdf'], /flag --report: expected FORMAT=FILE with one of text, json/],
    [['http://localhost:1/login', '--fail-on', 'never'], /flag --fail-on: expected must, should, hint, got "never"/],
    [['http://localhost:1/login', '--require', '200'], /flag --require: expected 0 to 100/],
    [['http://localhost:1/login', '--rules', '1999.1'], /flag --rules: expected one of 2026\.1, got "1999\.1"/],
    [['http://localhost:1/login', '--known', 'none.json'], /flag --known: none\.json: ENOENT/],
    [['--parallel', '0', '--', 'true'], /flag --parallel: expected a number of 1 to 32, got "0"/],
    [['http://localhost:1/login', '--parallel', '2'], /flag --parallel: means something for a command/],
    [['--whoami', 'GET /me json /sub', '--', 'true'], /flag --whoami: means something beside a URL alone/],
    [['http://localhost:1/login', '--sign-in', 'x'], /unknown flag; did you mean --signed-in\?/],
  ])('%j', async (args, said) => {
    const { code, stderr } = await exam(args)
    expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringMatching(said) })
    expect(stderr).not.toMatch(/ {4}at /)
  })
})

test('a browser that is not there is missed in words', async () => {
  const { code, stderr } = await exam(['http://localhost:1/login', '--browser'], { CHROME_PATH: '/nowhere/chrome' })
  expect({ code, stderr }).toEqual({
    code: 3,
    stderr: expect.stringMatching(/flag --browser: CHROME_PATH names \/nowhere\/chrome, which is not there/),
  })
})

test('an app that is not there makes the exam void', async () => {
  const { code, stdout, stderr } = await exam([`http://127.0.0.1:${await freePort()}/login`])
  expect({ code, stdout }).toEqual({ code: 2, stdout: expect.stringMatching(/VOID .*ECONNREFUSED/) })
  expect(stderr).toBe('')
})
