import { connect } from 'node:net'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { whenQuiet } from '../../src/dashboard/requests/when-quiet.ts'
import { connectGrantbox } from '../../src/index.ts'
import { browser } from '../support/browser.ts'
import { startForFile } from '../support/server.ts'
import { post, web } from '../support/standard-client.ts'
import { authorizeUrl, callbackOf, redeem } from '../support/standard-sign-in.ts'

const server = await startForFile({ defaultProvider: 'standard' })
const box = await connectGrantbox(server.url)
const open = browser()

const sloppy = (base: string) => fetch(authorizeUrl(base, { state: 's'.repeat(22), nonce: 'n'.repeat(22) }), { redirect: 'manual' })
const chips = (text: string) => text.match(/<span class="chip">\d+ hints?<\/span>/g) ?? []

/** What comes to an open page of requests, until it has this much. */
async function watched(name: string, query: string) {
  const stream = await fetch(`${server.url}/dashboard/${name}/requests/stream?${query}`)
  const chunks = stream.body?.pipeThrough(new TextDecoderStream()).getReader()
  onTestFinished(() => chunks?.cancel())
  let text = ''
  return async (enough: (text: string) => boolean) => {
    while (!enough(text)) text += (await chunks?.read())?.value ?? ''
    return text.split('\n\n').filter((event) => event.includes('event: '))
  }
}

describe('rows that come live', () => {
  test('are marked with the hints that they prove, when nothing more comes, and once for all of them', async () => {
    const world = await box.createSandbox()
    const until = await watched(world.name, 'after=0')
    for (let i = 0; i < 5; i++) await sloppy(world.url)
    const events = await until((text) => chips(text).length === 5)
    const rows = events.filter((event) => event.includes('event: row'))
    const again = events.filter((event) => event.includes('event: again'))
    expect([rows.length, again.length]).toEqual([5, 5])
    expect(rows.flatMap(chips)).toEqual([])
    // An id would have a page that comes back ask for all that came since.
    expect(again.filter((event) => event.includes('id: '))).toEqual([])
    expect(events.indexOf(again[0] ?? '')).toBe(5)
  })

  test('mark those too that stood there before: the first use of a code, by the second', async () => {
    const world = await box.createSandbox()
    const code = (await callbackOf(world.url, { code_challenge: 'x'.repeat(43), code_challenge_method: 'plain' })).searchParams.get('code')
    const exchange = () => redeem(world.url, code, { code_verifier: 'x'.repeat(43) })
    await exchange()
    const shown = await world.requests.list()
    const first = shown.at(-1)?.id
    const until = await watched(world.name, `endpoint=token&after=${first}`)
    await exchange()
    const events = await until((text) => chips(text).length === 2)
    expect(events.map((event) => /event: (\w+)\ndata: <li id="request-(\d+)">/.exec(event)?.slice(1, 3))).toEqual([
      ['row', String((first ?? 0) + 1)],
      ['again', String(first)],
      ['again', String((first ?? 0) + 1)],
    ])
  })

  test('say of a client that went away while its answer was written', async () => {
    const world = await box.createSandbox()
    server.sandbox(world.name).faults.add({ endpoint: 'token', after: 0, times: 1, status: 200, body: 'x'.repeat(30e6) })
    const until = await watched(world.name, 'after=0')
    const socket = connect(Number(new URL(server.url).port), 'localhost').pause()
    socket.write(`POST /${world.name}/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n`)
    await until((text) => text.includes('<span class="chip good">200</span>'))
    socket.resetAndDestroy()
    const events = await until((text) => text.includes('<span class="chip bad">gone</span>'))
    expect(events.map((event) => /event: (\w+)/.exec(event)?.[1])).toEqual(['row', 'again'])
  })

  test('are not graded for each request: that waits until it is quiet, or as long as it may', () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    let times = 0
    const work = whenQuiet(() => times++, 400, 5000)
    for (let i = 0; i < 40; i++) {
      work.touch()
      vi.advanceTimersByTime(100)
    }
    expect(times).toBe(0)
    vi.advanceTimersByTime(300)
    expect(times).toBe(1)
    vi.advanceTimersByTime(60_000)
    expect(times).toBe(1)
    for (let i = 0; i < 120; i++) {
      work.touch()
      vi.advanceTimersByTime(100)
    }
    expect(times).toBe(3)
    work.stop()
    vi.advanceTimersByTime(60_000)
    expect(times).toBe(3)
  })

  test('stay open in the browser when they are marked', async () => {
    const world = await box.createSandbox()
    await post(world.url, '/token', { grant_type: 'client_credentials', ...web })
    const page = await open()
    await page.goto(`${server.url}/dashboard/${world.name}/requests`)
    await page.getByText('Live', { exact: true }).waitFor()
    const rows = page.locator('#requests > li')
    expect(await rows.count()).toBe(1)
    await sloppy(world.url)
    await expect.poll(() => rows.count()).toBe(2)
    await rows.first().locator('summary').first().click()
    await rows.first().getByText('1 hint').waitFor()
    expect(await rows.first().getByText('The code flow was begun without a code_challenge.').isVisible()).toBe(true)
    expect(await rows.count()).toBe(2)
  })
})
