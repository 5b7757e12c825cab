import type { ArmedRule } from '../armed-rule.ts'
import { idTokenRefused, idTokenTaken } from '../judging.ts'
import { firstTokens, type Play, trafficIn } from '../play.ts'
import type { Profile } from '../profiles.ts'
import { type Armed, loginUnder, type Scenario } from '../scenario.ts'
import { text } from '../traffic.ts'
import { notExercised } from '../verdict.ts'

const group = 'id_token'

type Flaw = NonNullable<Armed['id_token']>

/** A login whose ID token is wrong, and about mallory; the access token beside it is good, and alice's. */
const forged = (id_token: Flaw): Scenario => ({
  ...loginUnder('refusal', { endpoint: 'token', id_token, id_token_user: 'mallory' }),
  canary: true,
})

const oidc: readonly Profile[] = ['oidc', 'fapi2']

/** What is wrong with an ID token, by how the fault is called. */
const wrongs = {
  wrong_issuer: 'The ID token named another issuer',
  missing_iss: 'The ID token named no issuer',
  wrong_audience: 'The ID token was for another client',
  missing_aud: 'The ID token was for nobody',
  aud_others: 'The ID token was for another client too, and handed to it (azp)',
  expired: 'The ID token had expired',
  missing_exp: 'The ID token never expires',
  old_iat: 'The ID token was a week old',
  other_nonce: 'The ID token had another nonce',
  missing_nonce: 'The ID token had no nonce',
  missing_sub: 'The ID token said nobody',
  alg_none: 'The ID token had no signature, and said so',
  hs256_public_key: 'The ID token was signed with the public key as a secret',
  foreign_key: 'The ID token was signed by a foreign key',
} as const satisfies Partial<Record<Flaw, string>>

/** What was wrong in a play. */
function wrongIn({ scenario }: Play): string {
  const [flaw] = scenario.steps.flatMap((step) => ('arm' in step ? step.arm.map(({ id_token }) => id_token) : []))
  return wrongs[flaw as keyof typeof wrongs]
}

/** A rule about wrong ID tokens. */
function refuses(
  rule: Omit<ArmedRule, 'group' | 'profiles' | 'judge' | 'scenarios'> & Partial<Pick<ArmedRule, 'profiles'>>,
  flaws: readonly (keyof typeof wrongs)[],
  judge: ArmedRule['judge'] = (play) => idTokenRefused(play, wrongIn(play)),
): ArmedRule {
  return { profiles: oidc, ...rule, group, scenarios: flaws.map(forged), judge }
}

const refused: readonly ArmedRule[] = [
  refuses(
    {
      id: 'id-token-iss',
      level: 'must',
      source: 'OpenID Connect Core §3.1.3.7(2)',
      why: 'A token of any other provider that the app trusts for something signs its holder in.',
      mend: 'Compare `iss` exactly with the issuer of the discovery document.',
    },
    ['wrong_issuer', 'missing_iss'],
  ),
  refuses(
    {
      id: 'id-token-aud',
      level: 'must',
      source: 'OpenID Connect Core §3.1.3.7(3)',
      why: 'Whoever has a token of any other app of this provider signs in here as its user.',
      mend: 'Require your `client_id` in `aud`.',
    },
    ['wrong_audience', 'missing_aud'],
  ),
  refuses(
    {
      id: 'id-token-aud-others',
      level: 'should',
      source: 'OpenID Connect Core §3.1.3.7(3) to (5)',
      why: 'A token that was handed to another app is shown to this one by that app.',
      mend: 'Refuse audiences that you do not know, and an `azp` that is not you.',
    },
    ['aud_others'],
  ),
  refuses(
    {
      id: 'id-token-exp',
      level: 'must',
      source: 'OpenID Connect Core §3.1.3.7(9)',
      why: 'A token that leaked long ago still signs its finder in.',
      mend: 'Refuse it, with a minute of tolerance.',
    },
    ['expired', 'missing_exp'],
  ),
  refuses(
    {
      id: 'id-token-iat-old',
      level: 'hint',
      source: 'OpenID Connect Core §3.1.3.7(10)',
      why: 'At a sign-in a token is seconds old; an old one comes from somewhere else.',
      mend: 'At a sign-in, refuse what was issued more than some minutes ago.',
    },
    ['old_iat'],
  ),
  refuses(
    {
      id: 'id-token-nonce',
      level: 'must',
      profiles: ['oidc', 'spa', 'fapi2'],
      source: 'OpenID Connect Core §3.1.3.7(11)',
      why: 'A token, or a code, of another sign-in is put into this one.',
      mend: 'Compare it with what was sent; an absent one is wrong.',
    },
    ['other_nonce', 'missing_nonce'],
    (play) =>
      trafficIn(play).authorizations.some(({ sent }) => text(sent, 'nonce') !== undefined)
        ? idTokenRefused(play, wrongIn(play))
        : notExercised('unused', 'The client sends no nonce.'),
  ),
  refuses(
    {
      id: 'id-token-sub-missing',
      level: 'must',
      profiles: ['oidc'],
      source: 'OpenID Connect Core §2',
      why: 'All who have no `sub` share one account, which is called “undefined”.',
      mend: 'Require it, as text.',
    },
    ['missing_sub'],
  ),
  refuses(
    {
      id: 'id-token-alg-none',
      level: 'must',
      source: 'OpenID Connect Core §2 and RFC 8725 §3.2',
      why: 'Anybody writes such a token.',
      mend: 'Have a list of algorithms, without `none`.',
    },
    ['alg_none'],
    (play) =>
      play.client.metadata.id_token_signed_response_alg === 'none'
        ? notExercised('unused', 'The client is registered for ID tokens without a signature.')
        : idTokenRefused(play, wrongIn(play)),
  ),
  refuses(
    {
      id: 'id-token-alg-confusion',
      level: 'must',
      source: 'RFC 8725 §2.1',
      why: 'The public key is public: whoever lets the token say HS256 takes it for the secret, and anybody writes tokens.',
      mend: 'The algorithm comes from the configuration, never from the token.',
    },
    ['hs256_public_key'],
  ),
  refuses(
    {
      id: 'id-token-signature',
      level: 'must',
      source: 'OpenID Connect Core §3.1.3.7(6): in the code flow over TLS, that the server’s certificate was checked may stand in',
      why: 'Wherever a token comes by another way than from the token endpoint over TLS, anybody writes it.',
      mend: 'Check the signature with the published keys; some libraries do it on request.',
    },
    ['foreign_key'],
    (play) => idTokenRefused(play, wrongIn(play), true),
  ),
]

/** A login while the provider's clock is not the client's. */
const apart = (milliseconds: number): Scenario => ({
  title: 'A login',
  wants: 'success',
  steps: [{ advance: milliseconds }, { do: 'login' }],
})

const good: readonly ArmedRule[] = [
  {
    id: 'id-token-aud-array',
    level: 'must',
    group,
    profiles: oidc,
    source: 'RFC 7519 §4.1.3',
    why: 'Some providers write a list of one, and a new one ends all sign-ins.',
    mend: 'Take text or a list.',
    scenarios: [loginUnder('success', { endpoint: 'token', id_token: 'aud_list' })],
    judge: (play) => idTokenTaken(play, 'The audience was a list of one'),
  },
  {
    id: 'id-token-clock-skew',
    level: 'should',
    group,
    profiles: oidc,
    source: 'OpenID Connect Core §3.1.3.7(9) and RFC 7519 §4.1.4',
    why: 'Clocks are seconds apart, and sign-ins fail now and then for no reason that anybody sees.',
    mend: 'Bear 30 to 60 s.',
    scenarios: [apart(20_000), apart(-20_000)],
    judge(play) {
      const isAhead = play.scenario.steps.some((step) => 'advance' in step && step.advance > 0)
      return idTokenTaken(play, `The provider’s clock was 20 s ${isAhead ? 'ahead' : 'behind'}`, firstTokens(play))
    },
  },
]

/** What stands in ID tokens; what has to be taken comes first. */
export const idToken: readonly ArmedRule[] = [...good, ...refused]
