import { faultKind } from './kind.ts'

export const delay = faultKind({
  name: 'delay',
  does: 'waits before whatever follows; alone, before the usual answer',
  members: {
    delay: {
      is: 'duration',
      to: 600_000,
      expected: 'a duration of up to ten minutes',
      says: 'Waits before whatever follows; alone, before the usual answer. Such as "2s".',
    },
  },
  at: {
    /** By the machine's time: a client's timeout knows no other. A server that was closed is not kept alive by it. */
    wait: ({ delay_ms }) => new Promise((resolve) => setTimeout(resolve, delay_ms).unref()),
  },
})
