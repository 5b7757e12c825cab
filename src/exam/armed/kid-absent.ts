import type { ArmedRule } from '../armed-rule.ts'
import { idTokenTaken } from '../judging.ts'
import { isIn, type Play, struck } from '../play.ts'
import { loginUnder } from '../scenario.ts'
import { exhibits, failed, notExercised, passed, type Verdict } from '../verdict.ts'
import { rotating, verifies } from './discovery.ts'

/** ID tokens that do not say which key signed them: one key fits, or two. */
export const kidAbsent: ArmedRule = {
  id: 'id-token-kid-absent',
  level: 'must',
  // Where keys change, last of all.
  group: 'discovery',
  profiles: ['oidc'],
  source: 'OpenID Connect Core §10.1',
  why: 'A provider with one key of a kind need not name it; of two, the first is the right one half of the time.',
  mend: 'Try all keys whose `alg`, `kty` and `use` fit, or refuse where several do.',
  scenarios: [loginUnder('success', { endpoint: 'token', id_token: 'no_kid' }), rotating],
  judge: (play) => (play.scenario === rotating ? ofTwo(play) : idTokenTaken(play, 'The ID token named no key, and one fits')),
}

function ofTwo(play: Play): Verdict {
  if (!verifies(play)) return notExercised('unused', 'The client fetched no keys: it checks no signature.')
  const [, usual, newer, older] = play.moments.map((moment) => isIn({ ...play, moments: [moment] }))
  if (usual !== true || newer === undefined || older === undefined) {
    return notExercised('preempted', 'No login worked with the keys that were there then.')
  }
  const evidence = exhibits(undefined, struck(play, 'token'))
  const what = 'Of two keys that fit an ID token without a kid'
  if (newer === older) return passed('signal', `${what}, ${newer ? 'both were tried' : 'none was tried'}.`, evidence)
  return failed('signal', `${what}, the ${newer ? 'newer' : 'older'} alone was tried.`, evidence)
}
