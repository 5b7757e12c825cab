import { idTokenFlaws } from './id-token-flaws.ts'
import { faultKind, flawsIn } from './kind.ts'
import { flawed } from './token-flaws.ts'

export const idToken = faultKind({
  name: 'id_token',
  does: 'the ID token is wrong; the access token beside it is not',
  members: {
    id_token: {
      is: 'choice',
      of: flawsIn(idTokenFlaws),
      says: 'What is wrong with the ID token that the answer brings, and with it alone.',
    },
  },
  at: {
    id_token: ({ id_token: flaw }, jwt, client, { realm }) =>
      flaw === undefined ? jwt : flawed(jwt, 'id_token', idTokenFlaws[flaw], client, realm),
  },
})
