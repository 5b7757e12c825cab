import { idTokenFlaws } from './id-token-flaws.ts'
import { faultKind, flawsIn } from './kind.ts'
import { otherUser } from './other-user.ts'
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
    id_token_user: { is: 'user', says: 'Whom it is about, in the place of who signed in.', beside: 'id_token' },
  },
  at: {
    about: ({ id_token_user }, user, context) => (id_token_user && otherUser('id_token_user', id_token_user, context)) || user,
    id_token({ id_token: flaw, id_token_user }, jwt, client, { realm }) {
      const isAboutAnother = flaw === 'other_subject' && id_token_user !== undefined
      return flaw === undefined || isAboutAnother ? jwt : flawed(jwt, 'id_token', idTokenFlaws[flaw], client, realm)
    },
  },
})
