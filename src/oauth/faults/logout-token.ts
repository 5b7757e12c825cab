import { signedByAnother } from './foreign-key.ts'
import { faultKind, flawsIn } from './kind.ts'
import { type Flaw, flawed, saying, tokenFlaws } from './token-flaws.ts'

/** How a logout token can be wrong (Back-Channel Logout §2.6). */
export const logoutTokenFlaws = {
  ...tokenFlaws,
  foreign_key: signedByAnother,
  missing_events: saying({ events: undefined }),
  other_event: saying({ events: { 'http://schemas.openid.net/event/another': {} } }),
  with_nonce: saying({ nonce: 'a-nonce-that-nobody-sent' }),
} as const satisfies Record<string, Flaw>

export const logoutToken = faultKind({
  name: 'logout_token',
  does: 'clients are told of a sign-out by a logout token that is wrong',
  members: {
    logout_token: {
      is: 'choice',
      of: flawsIn(logoutTokenFlaws),
      says: 'What is wrong with the logout tokens that clients are sent; for end_session alone.',
    },
  },
  only: { endpoint: 'end_session', has: 'only the end_session endpoint tells clients that somebody signed out' },
  at: {
    // What signs ID tokens signs these.
    logout_token: ({ logout_token: flaw }, jwt, client, { realm }) =>
      flaw === undefined ? jwt : flawed(jwt, 'id_token', logoutTokenFlaws[flaw], client, realm),
  },
})
