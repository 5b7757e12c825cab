import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { spawnServer } from '../support/child-server.ts'
import { tokensOf, userinfoStatus, web } from '../support/standard-client.ts'

interface Outcome {
  status?: number
  body: string
  /** Why it ended without a whole answer. */
  broken?: string
}

/** A token request over a connection of its own. */
function ask(url: string, form: Record<string, string>): Promise<Outcome> {
  return new Promise((resolve) => {
    const outcome: Outcome = { body: '' }
    const sent = request(`${url}/standard/token`, {
      method: 'POST',
      agent: new Agent(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
    sent.on('error', (error: NodeJS.ErrnoException) => resolve({ ...outcome, broken: error.code ?? error.message }))
    sent.on('response', (response) => {
      outcome.status = response.statusCode ?? 0
      response.setEncoding('utf8').on('data', (chunk: string) => {
        outcome.body += chunk
      })
      response.on('end', () => resolve(outcome))
      response.on('error', () => resolve({ ...outcome, broken: 'in the middle of an answer' }))
    })
    sent.end(new URLSearchParams({ ...web, ...form }).toString())
  })
}

test('SIGTERM under load: what is in flight is answered whole, what is new is refused, the process ends in time, and all that was answered holds', async () => {
  const cwd = await mkdtemp(join(tmpdir(), 'grantbox-stop-'))
  onTestFinished(() => rm(cwd, { recursive: true }))
  const args = ['--db', join(cwd, 'grantbox.db'), '--data', cwd, '--log-level', 'error']
  const server = await spawnServer({ cwd, args })
  onTestFinished(() => server.kill('SIGKILL'))
  const { url } = server
  const fault = { endpoint: 'token', client_id: 'standard-web', grant_type: 'client_credentials', times: 10, delay: '1500ms' }
  const made = await fetch(`${url}/_grantbox/sandboxes/standard/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(fault),
  })
  expect(made.status).toBe(201)

  const outcomes: Outcome[] = []
  let stopping = false
  const loads = Array.from({ length: 20 }, async () => {
    while (server.alive()) {
      const outcome = await ask(url, { grant_type: 'password', username: 'alice', password: 'password' })
      outcomes.push(outcome)
      if (outcome.broken !== undefined && stopping) return
    }
  })
  await setTimeout(300)
  // These take longer than the signal.
  const slow = Array.from({ length: 10 }, () => ask(url, { grant_type: 'client_credentials' }))
  await setTimeout(300)
  const signalled = performance.now()
  stopping = true
  server.kill('SIGTERM')
  const ended = await server.ended
  const took = performance.now() - signalled
  await Promise.all(loads)

  // 128 and the number of the signal would be right as well.
  expect([0, 143]).toContain(ended.code)
  expect(took).toBeLessThan(5000)
  for (const outcome of await Promise.all(slow)) expect(outcome).toMatchObject({ status: 200 })
  const broken = new Set(outcomes.map((one) => one.broken))
  expect([...broken].filter((one) => one !== undefined && !['ECONNREFUSED', 'ECONNRESET'].includes(one))).toEqual([])
  expect(outcomes.filter((one) => one.broken !== undefined && one.status !== undefined)).toEqual([])
  expect(server.stderr() + server.stdout().split('\n').slice(1).join('')).not.toMatch(/"level":[56]0/)

  const again = await spawnServer({ cwd, args })
  onTestFinished(async () => {
    again.kill('SIGKILL')
    await again.ended
  })
  const answered = [...outcomes, ...(await Promise.all(slow))].filter((one) => one.status === 200)
  expect(answered.length).toBeGreaterThan(20)
  for (const { body } of answered.slice(-100)) {
    const { access_token } = JSON.parse(body) as { access_token: string }
    const { active } = (await (
      await fetch(`${again.url}/standard/introspect`, { method: 'POST', body: new URLSearchParams({ ...web, token: access_token }) })
    ).json()) as { active: boolean }
    expect(active).toBe(true)
  }
  expect(await userinfoStatus(`${again.url}/standard`, (await tokensOf(`${again.url}/standard`)).access_token)).toBe(200)
})
