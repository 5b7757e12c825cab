import { type CallbackAnswer, faultKind, flawsIn } from './kind.ts'

/** With other parameters. */
const having = (changed: CallbackAnswer['parameters']) => (answer: CallbackAnswer) => ({
  ...answer,
  parameters: { ...answer.parameters, ...changed },
})

const flaws = {
  wrong_state: having({ state: 'a-state-that-nobody-sent' }),
  missing_state: having({ state: undefined }),
  wrong_iss: having({ iss: 'https://another-issuer.example' }),
  missing_code: having({ code: undefined }),
  code_and_error: having({ error: 'access_denied', error_description: 'A fault was asked for' }),
  twice: (answer: CallbackAnswer) => ({ ...answer, twice: true }),
}

export const callback = faultKind({
  name: 'callback',
  does: 'the answer at the redirect URI is wrong',
  members: {
    callback: { is: 'choice', of: flawsIn(flaws), says: 'What is wrong with the answer at the redirect URI; for authorize alone.' },
  },
  only: { endpoint: 'authorize', has: 'only what the authorize endpoint answers has a callback' },
  at: {
    callback: ({ callback }, answer) => (callback === undefined ? answer : flaws[callback](answer)),
  },
})
