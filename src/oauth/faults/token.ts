import { digest } from '../../basics/random.ts'
import { faultKind, flawsIn } from './kind.ts'
import { flawed, tokenFlaws } from './token-flaws.ts'

export const token = faultKind({
  name: 'token',
  does: 'the access token is wrong, and the ID token if there is one; otherwise each is what the client would have got',
  members: { token: { is: 'choice', of: flawsIn(tokenFlaws), says: 'What is wrong with the tokens that the answer brings.' } },
  at: {
    id_token: ({ token: flaw }, jwt, client, { realm }) =>
      flaw === undefined ? jwt : flawed(jwt, 'id_token', tokenFlaws[flaw], client, realm),
    async tokens({ token: flaw }, issued, { requested_token }, { realm }) {
      // An ID token that was exchanged for stands where an access token would, and has met the fault when it was made.
      if (flaw === undefined || requested_token === 'id_token') return issued
      const access_token = await flawed(issued.access_token, 'access_token', tokenFlaws[flaw], issued.client, realm)
      // It is known here by what was handed out: as a token that has expired, and not as one that was altered.
      if (flaw === 'expired') realm.store.expireAccessToken(issued.access_token_id, realm.clock.now(), digest(access_token))
      return { ...issued, access_token }
    },
  },
})
