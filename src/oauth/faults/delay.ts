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
    delay_at: {
      is: 'choice',
      of: ['start', 'body'],
      says: 'Where it waits: `start`, or `body`, when half of the answer has come.',
      beside: 'delay',
    },
  },
  at: {
    /** By the machine's time: a client's timeout knows no other. A server that was closed is not kept alive by it. */
    wait: async ({ delay_ms, delay_at }) => {
      if (delay_at !== 'body') await new Promise((resolve) => setTimeout(resolve, delay_ms).unref())
    },
    answer: ({ delay_ms, delay_at }, sent) => (delay_at === 'body' ? { ...sent, pause_ms: delay_ms } : sent),
  },
})
