import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Counts, type HourlyCount } from '../../src/sandbox/counts.ts'
import type { JournalEntry } from '../../src/sandbox/journal.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const refused = { endpoint: 'token', status: 400, time: 0 } as JournalEntry

test('what the proxy refused came to no endpoint of the vendor, and counts as nothing', () => {
  const stored: HourlyCount[] = []
  const counts = new Counts({ add: (some) => void stored.push(...some), since: () => [] })
  counts.add({ ...refused, endpoint: 'proxy', status: 403 })
  counts.flush()
  expect(stored).toEqual([])
})

test('what the store refuses when its time comes ends no process, and is stored with what comes next', () => {
  let full = true
  const stored: HourlyCount[] = []
  const counts = new Counts({
    add(some) {
      if (full) throw new Error('the disk is full')
      stored.push(...some)
    },
    since: () => [],
  })
  counts.add(refused)
  vi.runAllTimers()
  expect(stored).toEqual([])
  full = false
  counts.add(refused)
  vi.runAllTimers()
  expect(stored).toEqual([{ hour: 0, name: 'error', count: 2 }])
})
