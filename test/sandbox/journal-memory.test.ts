import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { Journal, type JournalEntry } from '../../src/sandbox/journal.ts'
import { JournalMemory } from '../../src/sandbox/journal-memory.ts'
import { start } from '../support/server.ts'

/** An entry of some 3 KB by the journal's own reckoning. */
const entry = (url = '/'): JournalEntry => ({
  id: 0,
  time: 0,
  at_ms: 0,
  duration_ms: 1,
  endpoint: 'api',
  method: 'GET',
  url,
  request_headers: {},
  request_body: undefined,
  status: 200,
  response_headers: {},
  response_body: 'x'.repeat(1000),
})

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

const addTo = (journal: Journal, count: number) => {
  for (let i = 0; i < count; i++) journal.add(entry())
}

describe('the memory that journals share', () => {
  test('does not count what a ring dropped: an idle sandbox keeps its entries while another is busy', () => {
    const memory = new JournalMemory(1024 * 1024)
    const [idle, busy] = [new Journal(100, memory), new Journal(100, memory)]
    addTo(idle, 10)
    addTo(busy, 10_000)
    expect([idle.list().length, busy.list().length]).toEqual([10, 100])
    expect(memory.used).toBeLessThan(130 * 4096)
  })

  test('does not count what was cleared', () => {
    const memory = new JournalMemory(1024 * 1024)
    const [idle, cleared] = [new Journal(100, memory), new Journal(100, memory)]
    addTo(idle, 10)
    for (let i = 0; i < 100; i++) {
      addTo(cleared, 50)
      cleared.clear()
    }
    expect(idle.list().length).toBe(10)
    idle.clear()
    expect(memory.used).toBe(0)
  })

  test('does not count what a closed journal held, nor what comes to it late', () => {
    const memory = new JournalMemory(1024 * 1024)
    const closed = new Journal(100, memory)
    addTo(closed, 50)
    const heard: string[] = []
    closed.follow({}, ({ url }) => heard.push(url))
    closed.close()
    closed.add(entry('/late'))
    expect([memory.used, closed.list(), heard]).toEqual([0, [], ['/late']])
  })

  test('lets the oldest entries of any journal go when it is too much', () => {
    const memory = new JournalMemory(100 * 1024)
    const [first, second] = [new Journal(1000, memory), new Journal(1000, memory)]
    addTo(first, 20)
    addTo(second, 20)
    expect(memory.used).toBeLessThanOrEqual(100 * 1024)
    expect([first.list().length, second.list().length]).toEqual([13, 20])
    addTo(second, 30)
    expect([first.list().length, second.list().length]).toEqual([0, 33])
  })

  test('keeps no entry alive that its journal let go', async () => {
    const memory = new JournalMemory(1024 * 1024)
    const journal = new Journal(100, memory)
    const gone = (() => {
      const oldest = entry()
      journal.add(oldest)
      return new WeakRef(oldest)
    })()
    addTo(journal, 200)
    await new Promise((resolve) => setTimeout(resolve, 10))
    collect()
    expect(gone.deref()).toBeUndefined()
    expect(journal.list().length).toBe(100)
  })

  test('keeps no journal alive', async () => {
    const memory = new JournalMemory(1024 * 1024)
    const gone = (() => {
      const journal = new Journal(100, memory)
      addTo(journal, 10)
      journal.close()
      return new WeakRef(journal)
    })()
    addTo(new Journal(100, memory), 1)
    await new Promise((resolve) => setTimeout(resolve, 10))
    collect()
    expect(gone.deref()).toBeUndefined()
  })
})

test('a sandbox that is deleted lets go of its journal', async () => {
  const { server, sandbox } = await start()
  const { provider } = sandbox()
  const short = server.sandboxes.create({ name: 'short', provider })
  addTo(short.journal, 10)
  server.sandboxes.delete(short)
  expect(short.journal.list()).toEqual([])
})
