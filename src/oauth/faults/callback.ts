import { given } from '../../basics/given.ts'
import { type Context, noteTo } from '../realm/context.ts'
import { type CallbackAnswer, faultKind, flawsIn } from './kind.ts'
import { otherUser } from './other-user.ts'

/** @param username of whom a foreign code is */
type Flaw = (answer: CallbackAnswer, username: string | undefined, context: Context) => CallbackAnswer

/** With other parameters. */
const having =
  (changed: CallbackAnswer['parameters']): Flaw =>
  (answer) => ({ ...answer, parameters: { ...answer.parameters, ...changed } })

const wrongState = having({ state: 'a-state-that-nobody-sent' })
const missingState = having({ state: undefined })
const unknown = { session_state: 'a-session-state', foo: 'bar', scope: 'openid' }

const flaws = {
  wrong_state: wrongState,
  missing_state: missingState,
  wrong_iss: having({ iss: 'https://another-issuer.example' }),
  missing_iss: having({ iss: undefined }),
  missing_code: having({ code: undefined }),
  code_and_error: having({ error: 'access_denied', error_description: 'A fault was asked for' }),
  foreign_code: withForeignCode,
  foreign_code_wrong_state: (...came) => withForeignCode(wrongState(...came), came[1], came[2]),
  foreign_code_missing_state: (...came) => withForeignCode(missingState(...came), came[1], came[2]),
  extra: (answer) => ({ ...answer, parameters: { ...unknown, ...given(answer.parameters) } }),
  twice: (answer) => ({ ...answer, twice: true }),
  held: (answer) => ({ ...answer, held: true }),
} as const satisfies Record<string, Flaw>

export const callback = faultKind({
  name: 'callback',
  does: 'the answer at the redirect URI is wrong',
  members: {
    callback: { is: 'choice', of: flawsIn(flaws), says: 'What is wrong with the answer at the redirect URI; for authorize alone.' },
    callback_user: { is: 'user', says: 'Whose code a foreign code is; any other user when absent.', beside: 'callback' },
  },
  only: { endpoint: 'authorize', has: 'only what the authorize endpoint answers has a callback' },
  at: {
    callback({ callback: name, callback_user }, answer, context) {
      const flaw: Flaw | undefined = name && flaws[name]
      return flaw === undefined ? answer : flaw(answer, callback_user, context)
    },
  },
})

/** As an attacker sends his own code to another's browser (RFC 9700 §4.5 and §4.7). */
function withForeignCode(answer: CallbackAnswer, username: string | undefined, context: Context): CallbackAnswer {
  if (answer.foreignCode === undefined) return answer
  const { directory } = context.realm
  const anybody = () => directory.listUsers({ limit: 2 }).find(({ row }) => row !== answer.user?.row)
  const user = username === undefined ? anybody() : otherUser('callback_user', username, context)
  if (user === undefined) {
    if (username === undefined) noteTo(context, 'There is no other user of whom a code could come')
    return answer
  }
  noteTo(context, `The callback has a code of '${user.username}': a fault of the sandbox says so`)
  return having({ code: answer.foreignCode(user) })(answer, username, context)
}
