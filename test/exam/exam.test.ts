import { describe, expect, test } from 'vitest'
import { armedRules } from '../../src/exam/armed.ts'
import { examClient } from '../../src/exam/client.ts'
import { connectGrantbox } from '../../src/index.ts'
import { addClient, newApp, newClient } from '../../src/sandbox/new-app.ts'
import { ExamApp } from '../support/exam-app.ts'
import { addDevice, examineDevice } from '../support/exam-device.ts'
import { examineFapi } from '../support/exam-fapi.ts'
import { examineMcp } from '../support/exam-mcp.ts'
import { examineNative } from '../support/exam-native.ts'
import { addressesOf, examine, registrationOf } from '../support/exam-run.ts'
import { startForFile } from '../support/server.ts'

const server = await startForFile({ defaultProvider: 'standard' })
const grantbox = await connectGrantbox(server.url)

/** Apps that such a rule is about. */
const flows: Record<string, string> = { 'id-token-at-hash': 'code id_token' }

async function verdictsOf(options: Record<string, unknown>, wrong: readonly string[] = []) {
  const box = await grantbox.createSandbox({ provider: 'standard' })
  const flow = flows[String(options.only)]
  // A busy machine is held against nobody, and would leave other rules without a verdict.
  const isOfTime = String(options.only) === 'token-timeout'
  const app = await new ExamApp({
    issuer: box.issuer,
    comes_back: flow === undefined,
    patience_ms: isOfTime ? 2000 : 20_000,
    ...examClient,
    ...(flow && { response_type: flow }),
  }).start()
  if (flow !== undefined) {
    const its = server.sandbox(box.name)
    const grant_types = ['authorization_code', 'implicit', 'refresh_token']
    const hybrid = newClient(its, { ...examClient, grant_types })
    addClient(its, newApp(its, { name: 'Hybrid', redirect_uris: [`${app.url}/callback`] }), hybrid)
  }
  try {
    for (const rule of wrong) app.wrong.add(rule)
    return await examine(box, server.url, addressesOf(app.url), {
      ...registrationOf(app.url),
      patience: isOfTime ? '3s' : '1s',
      ...options,
    })
  } finally {
    app.close()
    await box.delete()
  }
}

/** The same of a device, which has no browser; where no rule is about it, it need not wait between two polls. */
async function verdictsOfDevice(options: Record<string, unknown>, wrong: readonly string[] = []) {
  const box = await grantbox.createSandbox({ provider: 'standard', settings: { device_interval: 0 } })
  addDevice(server.sandbox(box.name))
  try {
    return await examineDevice(box, options, new Set(wrong))
  } finally {
    await box.delete()
  }
}

/** The same of an MCP client, whose driver signs in by the control API. */
async function verdictsOfMcp(options: Record<string, unknown>, wrong: readonly string[] = []) {
  const box = await grantbox.createSandbox({ provider: 'standard' })
  try {
    return await examineMcp(box, options, new Set(wrong))
  } finally {
    await box.delete()
  }
}

/** The same of a client of banks. */
async function verdictsOfFapi(options: Record<string, unknown>, wrong: readonly string[] = []) {
  const box = await grantbox.createSandbox({ provider: 'standard' })
  try {
    return await examineFapi(box, options, new Set(wrong))
  } finally {
    await box.delete()
  }
}

/** The same of a program that listens on its own machine. */
async function verdictsOfNative(options: Record<string, unknown>, wrong: readonly string[] = []) {
  const box = await grantbox.createSandbox({ provider: 'standard' })
  try {
    return await examineNative(box, options, new Set(wrong))
  } finally {
    await box.delete()
  }
}

/** Where a rule's client is no web app: by the rule, or by its group. */
const examinedBy: Record<string, typeof verdictsOf> = {
  'native-listener-closes': verdictsOfNative,
  device: verdictsOfDevice,
  mcp: verdictsOfMcp,
  fapi: verdictsOfFapi,
}

/** They wait more than they work, each in a sandbox of its own. */
describe.concurrent.each(armedRules.map((rule) => [rule.id, rule] as const))('%s', (id, { group, profiles = ['oidc'] }) => {
  const examined = examinedBy[id] ?? examinedBy[group] ?? verdictsOf
  const profile = [profiles.includes('oidc') ? 'oidc' : profiles[0]]

  test('is passed by who does it right', async () => {
    const { rules, exam } = await examined({ only: [id], profile })
    expect(exam.void).toBeUndefined()
    expect(rules).toMatchObject([{ id, verdict: 'passed' }])
  })

  test('is failed by who does not', async () => {
    const { rules, exam } = await examined({ only: [id], profile }, [id])
    expect(exam.void).toBeUndefined()
    expect(rules).toMatchObject([{ id, verdict: 'failed' }])
  })
})

test('devices have rules that are not tried on who signs in otherwise', async () => {
  const { rules, controls } = await verdictsOf({ only: ['device'], profile: ['oauth2'] })
  expect(rules.map(({ verdict, reason }) => [verdict, reason])).toEqual(Array(5).fill(['not_exercised', 'unused']))
  expect(controls.map(({ what }) => what)).toEqual(['first', 'sham'])
})

test.each(['mcp-step-up: never', 'mcp-step-up: the same scope'])('more is asked for where a challenge says so: %s', async (wrong) => {
  const { rules } = await verdictsOfMcp({ only: ['mcp-step-up'], profile: ['mcp'] }, [wrong])
  expect(rules).toMatchObject([{ verdict: 'failed', proof: wrong.endsWith('never') ? 'signal' : 'wire' }])
})

test('a device that asks again after an answer that is none has not taken it', async () => {
  const only = ['outage-drop', 'token-malformed', 'token-redirect-not-followed']
  const { rules } = await verdictsOfDevice({ only, profile: ['native'] })
  expect(rules.map(({ id, verdict }) => [id, verdict]).sort()).toEqual(only.map((id) => [id, 'passed']))
})

test('a nonce is asked for again and again, and never given', async () => {
  const { rules } = await verdictsOfFapi({ only: ['fapi-dpop-nonce'], profile: ['fapi2'] }, ['fapi-dpop-nonce: never the nonce'])
  expect(rules).toMatchObject([{ verdict: 'failed', proof: 'wire', message: expect.stringContaining('requests came without it') }])
})

test('an app is deaf to what the provider tells it of sign-outs', async () => {
  const { rules } = await verdictsOf({ only: ['logout-backchannel'], profile: ['oidc'] }, ['logout-backchannel: deaf'])
  expect(rules).toMatchObject([{ verdict: 'failed', message: expect.stringContaining('he is still in') }])
})

test('of two keys that fit, the first is tried alone', async () => {
  const { rules } = await verdictsOf({ only: ['id-token-kid-absent'], profile: ['oidc'] }, ['id-token-kid-absent: the first'])
  expect(rules).toMatchObject([{ verdict: 'failed', message: expect.stringMatching(/the (newer|older) alone was tried/) }])
})

test('what is sent at each sign-in shows where grantbox is the browser, and answers by the control API', async () => {
  const fresh = ['request-state-fresh', 'request-pkce-fresh', 'request-nonce-fresh']
  const { rules } = await verdictsOf({ only: [...fresh, 'callback-error-wins'], profile: ['oidc'] }, fresh)
  expect(rules.flatMap(({ id, verdict }) => (verdict === 'failed' ? [id] : []))).toEqual(fresh)
})

test('a sign-in that begins where a refresh was not answered is one, though the token is kept', async () => {
  const slip = 'refresh-outage-keeps-session: starts over'
  const { rules } = await verdictsOf({ only: ['refresh-outage-keeps-session'], profile: ['oidc'] }, [slip])
  expect(rules).toMatchObject([{ verdict: 'failed', message: expect.stringContaining('a new sign-in began') }])
})
