import { faultKind } from './kind.ts'

export const drop = faultKind({
  name: 'drop',
  does: 'the connection ends: before anything is done, or when the answer is made and what it tells of has happened',
  members: {
    drop: {
      is: 'choice',
      of: [true, false, 'after'],
      says: 'The connection ends without an answer: `true` before anything is done, `after` when the answer was made and what it tells of is stored.',
    },
  },
  at: {
    request: ({ drop }) => ({ drop: drop === true }),
    answer: ({ drop }, sent) => (drop === 'after' ? { ...sent, drop: true } : sent),
  },
})
