import { faultKind, flawsIn } from './kind.ts'

const malformations = {
  invalid_json: (body: string) => ({ body: `${body.slice(0, -1)},}` }),
  html: () => ({
    body: '<!doctype html><title>Bad Gateway</title><h1>502 Bad Gateway</h1>',
    headers: { 'Content-Type': 'text/html; charset=utf-8' },
  }),
  empty: () => ({ body: '' }),
  wrong_content_type: (body: string) => ({ body, headers: { 'Content-Type': 'text/plain; charset=utf-8' } }),
  truncated: (body: string) => ({ body: body.slice(0, Math.floor(body.length / 2)) }),
}

export const malformed = faultKind({
  name: 'malformed',
  does: 'the bytes of the answer are wrong',
  members: { malformed: { is: 'choice', of: flawsIn(malformations), says: 'How the bytes of the answer are wrong.' } },
  at: {
    answer: ({ malformed }, sent) =>
      malformed === undefined || sent.body === undefined ? sent : { ...sent, ...malformations[malformed](sent.body) },
  },
})
