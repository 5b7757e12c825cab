import type { JournalEntry } from '../../sandbox/journal.ts'
import type { ArmedRule } from '../armed-rule.ts'
import { notDelivered } from '../judging.ts'
import { type Play, signalOf, trafficIn } from '../play.ts'
import { claimsOf, headerOf } from '../traffic.ts'
import { exhibits, failed, passed } from '../verdict.ts'

const proofOf = (entry: JournalEntry) => headerOf(entry, 'dpop')

/** What the server asks to stand in the next proof. */
const wantedBy = ({ error, response_headers }: JournalEntry) => (error === 'use_dpop_nonce' ? response_headers['dpop-nonce'] : undefined)

/** How often in a row a client may be told. */
const mostRefusals = 2

const dpopNonce: ArmedRule = {
  id: 'fapi-dpop-nonce',
  level: 'must',
  group: 'fapi',
  profiles: ['fapi2'],
  source: 'RFC 9449 §8 and §9',
  why: 'Servers that let no proof be made in advance ask for a nonce: its users are shut out by a client that cannot give one.',
  mend: 'After `use_dpop_nonce` repeat the request once, in a new proof with the `DPoP-Nonce` of the answer; keep the last one of each server.',
  unused: (control) => (trafficIn(control).entries.some((entry) => proofOf(entry) !== '') ? undefined : 'No DPoP proof was sent.'),
  scenarios: [{ title: 'A login', wants: 'success', steps: [{ set: { dpop_nonce: 'required' } }, { do: 'login' }] }],
  judge: (play) => {
    const deed = play.entries.find((entry) => wantedBy(entry) !== undefined)
    if (deed === undefined) return notDelivered('no request came whose proof had no nonce')
    const refused = play.entries.filter((entry) => entry.endpoint === deed.endpoint && wantedBy(entry) !== undefined)
    if (refused.length > mostRefusals) {
      return failed('wire', `A nonce was asked for, and ${refused.length} requests came without it.`, exhibits(deed, refused.slice(1)))
    }
    const again = play.entries.filter((entry) => entry.id > deed.id && entry.endpoint === deed.endpoint && proofOf(entry) !== '')
    const [right] = again.filter((entry) => claimsOf(proofOf(entry))?.nonce === wantedBy(deed))
    if (right !== undefined) return passed('wire', 'A nonce was asked for, and the request came again with it.', exhibits(deed, [right]))
    return again.length > 0
      ? failed('wire', 'A nonce was asked for, and the request came again without it.', exhibits(deed, again))
      : failed(silently(play), 'A nonce was asked for, and the request did not come again.', exhibits(deed))
  },
}

function silently(play: Play): 'silence' | 'signal' {
  return signalOf(play) === undefined ? 'silence' : 'signal'
}

/** What the FAPI 2.0 Security Profile asks of clients, as far as something has to be done to them. */
export const fapi: readonly ArmedRule[] = [dpopNonce]
