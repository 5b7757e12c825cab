import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { Agent, get } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PostmanCollection } from '../../src/control/exports/postman.ts'
import type { StartInfo, StartSandbox } from '../../src/start/info.ts'
import { browser } from '../support/browser.ts'
import { type Running, runCommand, spawnCommand } from '../support/command-line.ts'
import { authorizeUrl, brandon, findFluffy, postmanCallback } from '../support/iokids-client.ts'
import { runCollection } from '../support/newman.ts'
import { callbackOf, signIn } from '../support/sign-in-pages.ts'

/** The vendor's guide for Postman, followed step by step, with the host changed and nothing else. */

interface Tokens {
  access_token: string
  refresh_token: string
  expires_in: number
}

const tokenMembers = ['access_token', 'refresh_token', 'expires_in', 'token_type']

/** What a decoder, a form encoder or a template is likely to change on its way. */
const hardState = `a+b%2Bc d&e=f#g?h/"{'j':1}"\\<k>;ü€😀%`

/** The vendor's script: it sets the access token and leaves the refresh token as it was. */
const vendorScript = ["pm.environment.set('accessToken', pm.response.json().access_token)"]

let folder: string
let caFile: string
let ca: string
let running: Running
let info: StartInfo
let sandbox: StartSandbox

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'grantbox-guide-'))
  running = spawnCommand(['start', '--json', '--port', '0', '--data', folder], { cwd: folder })
  await running.said('\n')
  info = JSON.parse(running.stdout()) as StartInfo
  sandbox = info.sandboxes.find(({ name }) => name === info.default_sandbox) as StartSandbox
  caFile = (await runCommand(['ca', '--data', folder], { cwd: folder })).stdout.trim()
  ca = await readFile(caFile, 'utf8')
})

afterAll(async () => {
  running.kill('SIGTERM')
  expect((await running.ended).code).toBe(0)
  await rm(folder, { recursive: true })
})

const open = browser(async () => ({ trust: { url: info.https_url, ca } }))

test('the start names the client and the user of the guide', () => {
  expect(sandbox.clients).toContainEqual({ ...findFluffy, app: 'FindFluffy' })
  expect(sandbox.users).toContainEqual(brandon)
})

test('the guide is followed to its end: sign-in, tokens, refresh, and an answer as the user', async () => {
  const tokens = await signInAsTheGuideSays(info.https_url)
  const me = await fetch(`${sandbox.base_url}/v1/me`, { headers: { authorization: `Bearer ${tokens.access_token}` } })
  expect(await me.json()).toMatchObject({ username: brandon.username, first_name: 'brandon', last_name: 'ramos' })

  const { collection, environment } = await exported()
  const { failures, answers, variable } = await runCollection({
    collection,
    environment,
    caFile,
    iterationCount: 2,
    folder: 'Refresh Access Token',
    variables: { refreshToken: tokens.refresh_token },
  })
  expect(failures).toEqual([])
  const refreshed = answers.map(({ body }) => body as Tokens)
  expect(refreshed.map((answer) => Object.keys(answer))).toEqual([tokenMembers, tokenMembers])
  // The exported script keeps the new refresh token, so each was sent once.
  expect(new Set([tokens, ...refreshed].map(({ refresh_token }) => refresh_token)).size).toBe(3)
  expect(variable('refreshToken')).toBe(refreshed[1]?.refresh_token)

  const profile = await runCollection({
    collection,
    environment,
    folder: 'My Profile',
    variables: { accessToken: variable('accessToken') },
  })
  expect(profile.failures).toEqual([])
  expect(profile.answers[0]).toMatchObject({ status: 200, body: { username: brandon.username } })
})

test("the whole collection runs twice with the vendor's own script, which never keeps a new refresh token", async () => {
  const tokens = await signInAsTheGuideSays(info.url)
  const { collection, environment } = await exported()
  const { failures, answers, variable } = await runCollection({
    collection: withRefreshScript(collection, vendorScript),
    environment,
    iterationCount: 2,
    variables: { refreshToken: tokens.refresh_token },
  })
  expect(failures).toEqual([])
  // Nobody decides on what the polls ask for, and no issuer signs an assertion.
  const answered = answers.filter(({ name }) => !/^(Poll|Send An Assertion)/.test(name))
  expect(answered.filter(({ status }) => status === undefined || status >= 300)).toEqual([])
  expect(variable('refreshToken')).toBe(tokens.refresh_token)
  const profiles = answers.filter(({ name }) => name === 'My Profile')
  expect(profiles.map(({ body }) => (body as { username: string }).username)).toEqual([brandon.username, brandon.username])
})

test('after five minutes the API says 4011, and running the refresh request again mends it', async () => {
  const tokens = await signInAsTheGuideSays(info.url)
  const { collection, environment } = await exported()
  const profile = (accessToken: string) => runCollection({ collection, environment, folder: 'My Profile', variables: { accessToken } })
  expect((await profile(tokens.access_token)).answers[0]?.status).toBe(200)

  await advanceClock('301s')
  expect((await profile(tokens.access_token)).answers).toEqual([
    { name: 'My Profile', status: 401, body: { error_code: 4011, error_description: 'Application does not have permission' } },
  ])
  const refresh = await runCollection({
    collection,
    environment,
    folder: 'Refresh Access Token',
    // As Postman sends it: with the access token that has just expired in the header.
    variables: { refreshToken: tokens.refresh_token, accessToken: tokens.access_token },
  })
  expect(refresh.failures).toEqual([])
  expect((await profile(refresh.variable('accessToken'))).answers[0]?.status).toBe(200)
})

describe('the certificates', () => {
  test('are trusted by a client that is given the authority which `grantbox ca` names', async () => {
    expect(await healthOverTls(ca)).toMatchObject({ status: 'ok' })
  })

  test('are refused by a client that is not', async () => {
    await expect(healthOverTls(undefined)).rejects.toMatchObject({ code: expect.stringMatching(/SELF_SIGNED|UNABLE_TO_VERIFY/) })
  })
})

/** Steps "Configure OAuth2" to "Continue to use the App": a browser for the window that Postman opens, then the exchange. */
async function signInAsTheGuideSays(address: string): Promise<Tokens> {
  const page = await open()
  await page.goto(authorizeUrl(address, { state: hardState }))
  expect(await page.title()).toBe('iOKids Login')
  await signIn(page, brandon)
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Continue to use the App')
  const callback = await callbackOf(page, () => page.getByRole('button', { name: 'Continue' }).click())
  expect(`${callback.origin}${callback.pathname}`).toBe(postmanCallback)
  expect([...callback.searchParams.keys()]).toEqual(['code', 'state'])
  expect(callback.searchParams.get('state')).toBe(hardState)

  const response = await fetch(sandbox.token_endpoint, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code: callback.searchParams.get('code') ?? '',
      redirect_uri: postmanCallback,
      ...findFluffy,
    }),
  })
  expect(response.status).toBe(200)
  const tokens = (await response.json()) as Tokens
  expect(Object.keys(tokens)).toEqual(tokenMembers)
  return tokens
}

/** What Postman imports from the links that the banner prints. */
async function exported(): Promise<{ collection: PostmanCollection; environment: object }> {
  const [collection, environment] = await Promise.all(
    [sandbox.postman.collection, sandbox.postman.environment].map(async (url) => (await fetch(url)).json()),
  )
  return { collection: collection as PostmanCollection, environment: environment as object }
}

function withRefreshScript(collection: PostmanCollection, exec: string[]): PostmanCollection {
  const changed = structuredClone(collection)
  const refresh = changed.item.flatMap(({ item }) => item).find(({ name }) => name === 'Refresh Access Token')
  if (refresh?.event?.[0] === undefined) throw new Error('the exported collection has no refresh request with a script')
  refresh.event[0].script.exec = exec
  return changed
}

async function advanceClock(by: string): Promise<void> {
  const response = await fetch(`${info.url}/_grantbox/sandboxes/${sandbox.name}/clock/advance`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ by }),
  })
  expect(response.status).toBe(200)
}

/** A connection of its own, verified against that authority or, without one, against those of the machine. */
function healthOverTls(trusted: string | undefined): Promise<unknown> {
  return new Promise((resolve, reject) => {
    get(`${info.https_url}/_grantbox/health`, { agent: new Agent(), ...(trusted !== undefined && { ca: trusted }) }, (response) => {
      json(response).then(resolve, reject)
    }).on('error', reject)
  })
}
