import { faultKind } from './kind.ts'

/** With an error it is that error's status, and this is never reached. */
export const status = faultKind({
  name: 'status',
  does: 'the answer is this one, as it stands here; with `error`, that error has this status',
  members: {
    status: { is: 'number', from: 200, to: 599, says: 'Said as given, with headers and body; with `error` the status of that error.' },
    body: { is: 'anything', beside: 'status', says: 'Text as it is, anything else as JSON.' },
  },
  at: {
    request: ({ status = 200, body }) => ({ reply: { status, body } }),
  },
})
