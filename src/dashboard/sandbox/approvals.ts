import { Problem } from '../../control/problem.ts'
import { avatar } from '../../http/pages/views.ts'
import { decideBackchannelRequest } from '../../oauth/deferred/backchannel.ts'
import { cibaType } from '../../oauth/model/grant-names.ts'
import { hasApprovals } from '../frame/vendor.ts'
import type { Part } from '../frame/visit.ts'
import { agoInWords } from '../frame/words.ts'

const section = 'Approvals'

/** What apps asked of users who are elsewhere (CIBA §7): somebody has to answer for them. */
export const approvalPages: Part = ({ get, post }) => {
  get('/approvals', async (visit) => {
    const { sandbox, base } = visit
    const { store, clock, provider } = sandbox
    if (!hasApprovals(provider)) throw new Problem(404, `${provider.name} asks nobody who is elsewhere`)
    const now = clock.now()
    const waiting = store.listDeferred(cibaType, now)
    return visit.page('approvals', {
      title: 'Approvals',
      section,
      action: `${base}/approvals`,
      approvals: waiting.map(({ interaction_id, client, user, request, scope, issued_at, expires_at }) => ({
        id: interaction_id,
        app: client.app.name,
        avatar: avatar(client.app.name),
        user: user === undefined ? 'nobody' : `${provider.texts.usernamePrefix ?? ''}${user.username}`,
        message: request.binding_message,
        scope,
        asked: agoInWords(issued_at, now),
        ends: agoInWords(expires_at, now),
      })),
      endpoint: `${visit.addresses.base_url}${provider.paths.backchannel_authentication ?? ''}`,
    })
  })

  post('/approvals', async (visit) => {
    const { form, sandbox } = visit
    const decision = form.text('decision') === 'approve' ? 'allowed' : 'denied'
    const decided = await decideBackchannelRequest(sandbox, form.text('id'), decision)
    if (decided === undefined) throw new Problem(404, 'This request is over: it has expired, or was decided on. The app has to ask again.')
    return visit.go('/approvals', decision === 'allowed' ? 'approved' : 'denied')
  })
}
