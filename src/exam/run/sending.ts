import { call } from '../../oauth/clients/outbound.ts'
import { logoutTokenFlaws } from '../../oauth/faults/logout-token.ts'
import { flawed } from '../../oauth/faults/token-flaws.ts'
import { newLogoutToken } from '../../oauth/users/logout.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { type Play, type Sent, trafficIn } from '../play.ts'
import type { Outgoing } from '../scenario.ts'
import { answerOf, claimsOf, text } from '../traffic.ts'

/** How long a client may take to answer, milliseconds. */
const patience = 3000

const own = { outbound: 'private' } as const

/** Sends something to the client. @returns what came of it; nothing where the play shows not where to, or about whom */
export async function send(what: Outgoing['send'], play: Play, sandbox: Sandbox): Promise<Sent[]> {
  const sent = await (what === 'callback_again' ? callBack(play) : tellSignOut(what, play, sandbox))
  return sent === undefined ? [] : [{ what, status: 'status' in sent ? sent.status : undefined }]
}

/** Comes to where the client was last called back, with nothing. */
function callBack(play: Play) {
  const [last] = trafficIn(play).authorizations.slice(-1)
  const url = last && text(last.sent, 'redirect_uri')
  return url === undefined ? undefined : call(url, own, { method: 'GET', headers: {}, patience })
}

/** Back-Channel Logout §2.5: about whoever the client's last ID token was about. */
async function tellSignOut(what: Exclude<Outgoing['send'], 'callback_again'>, { client, entries }: Play, sandbox: Sandbox) {
  const about = entries.map((entry) => claimsOf(answerOf(entry).id_token)).findLast((claims) => claims !== undefined)
  const uri = client.metadata.backchannel_logout_uri
  if (about === undefined || uri === undefined) return undefined
  const token = await newLogoutToken(client, { iss: about.iss, sub: about.sub, sid: about.sid }, sandbox)
  const logout_token = what === 'good_logout_token' ? token : await flawed(token, 'id_token', logoutTokenFlaws[what], client, sandbox)
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  return call(uri, own, { method: 'POST', headers, body: new URLSearchParams({ logout_token }).toString(), patience })
}
