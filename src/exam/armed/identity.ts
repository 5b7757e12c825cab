import type { ArmedRule } from '../armed-rule.ts'
import { notDelivered, withControl } from '../judging.ts'
import { deedOf, exchangesBy, firstTokens, isIn, type Play, shown } from '../play.ts'
import { exhibits, failed, notExercised, passed, type Verdict } from '../verdict.ts'

const group = 'id_token'

const userinfoSub: ArmedRule = {
  id: 'userinfo-sub',
  level: 'must',
  group,
  profiles: ['oidc'],
  source: 'OpenID Connect Core §5.3.2',
  why: 'An answer about another user, by a token that was put in the place of the right one, becomes the account.',
  mend: 'Compare its `sub` with that of the ID token.',
  scenarios: [
    {
      title: 'A login',
      wants: 'refusal',
      steps: [
        {
          arm: [
            {
              endpoint: 'userinfo',
              patch: { sub: '{mallory}', name: 'Mallory Canary', email: 'mallory@example.com', preferred_username: 'mallory' },
              times: 0,
            },
          ],
        },
        { do: 'login' },
      ],
    },
  ],
  judge(play) {
    const deed = deedOf(play, 'userinfo')
    if (deed === undefined) {
      return firstTokens(play) === undefined ? notDelivered('no tokens were asked for') : notExercised('unused', 'Userinfo is never asked.')
    }
    const evidence = withControl(play, exhibits(deed))
    const what = 'Userinfo was about another user'
    if (shown(play) === 'mallory') return failed('canary', `${what}, and the app shows mallory.`, evidence)
    if (isIn(play) === true) return failed('signal', `${what}, and somebody is signed in all the same.`, evidence)
    if (isIn(play) === false) return passed('signal', `${what}; the app says nobody.`, evidence)
    return notExercised('not-told', 'Nobody said whether the user was signed in.')
  },
}

const bySub: ArmedRule = {
  id: 'identity-by-sub',
  level: 'must',
  group,
  profiles: ['oidc', 'oauth2'],
  source: 'OpenID Connect Core §5.7',
  why: 'Addresses and names change hands: whoever gets one at the provider has the account at the app.',
  mend: 'Know accounts by `iss` and `sub`; tie one to an address only when it is verified, and with a confirmation.',
  scenarios: [
    {
      title: 'Two logins',
      wants: 'refusal',
      needs: ['user'],
      steps: [{ do: 'login' }, { mallory: 'has_the_same_address' }, { do: 'login', username: 'mallory' }],
    },
  ],
  judge: anotherAccount,
}

/** Whom the app shows when mallory, who has alice's address, signs in after her. */
function anotherAccount(play: Play): Verdict {
  const [first, second] = play.moments.map(({ signal }) => signal?.user)
  const sent = exchangesBy(play, 'authorization_code').map(({ entry }) => entry)
  const evidence = exhibits(undefined, sent)
  if (typeof first !== 'string' || play.moments.length < 2) return notExercised('no-login', 'Nobody was signed in at first.')
  if (sent.length < 2) return notDelivered('the second user did not log in')
  if (second === undefined || second === play.people.alice.email) {
    return notExercised('not-told', 'The app shows an address, which both of them have: show what is the account’s alone.')
  }
  if (second === null || second === '') return passed('signal', 'Who has the address of another user is not signed in as him.', evidence)
  return second === first || shown(play) === 'alice'
    ? failed('canary', 'mallory signed in with the address of alice, and the app shows the account of alice.', evidence)
    : passed('canary', 'mallory signed in with the address of alice, and the app shows another account.', evidence)
}

/** Who somebody is. */
export const identity: readonly ArmedRule[] = [userinfoSub, bySub]
