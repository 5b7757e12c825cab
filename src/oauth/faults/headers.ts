import { faultKind } from './kind.ts'

export const headers = faultKind({
  name: 'headers',
  does: 'the answer has these headers; alone, the usual answer',
  members: { headers: { is: 'headers', says: 'They go with the answer; alone, with the usual one.' } },
  at: {
    request: ({ headers = {} }) => ({ headers }),
  },
})
