import { Problem } from '../../control/problem.ts'
import { avatar } from '../../http/pages/views.ts'
import { decideBackchannelRequest } from '../../oauth/deferred/backchannel.ts'
import { cibaType } from '../../oauth/model/grant-names.ts'
import { pathsOf } from '../../providers/space.ts'
import { noticesOf } from '../frame/notices.ts'
import { page } from '../frame/page.ts'
import { hasApprovals } from '../frame/vendor.ts'
import { part } from '../frame/visit.ts'
import { agoInWords } from '../frame/words.ts'

const approvalsPage = page<{
  action: string
  approvals: readonly {
    id: string
    app: string
    avatar: ReturnType<typeof avatar>
    user: string
    message?: string | undefined
    scope: string
    asked: string
    ends: string
  }[]
  /** Where apps ask. */
  endpoint: string
}>('approvals')

const notices = noticesOf({
  approved: 'The request was approved. The app gets its tokens when it asks again.',
  denied: 'The request was denied.',
})

const icon = '<rect x="6.500" y="3" width="11" height="18" rx="2.500"/><path d="m9.500 12 2 2 3.500-4"/>'

/** What apps asked of users who are elsewhere (CIBA §7): somebody has to answer for them. */
export const approvalPages = part({ icon, isServed: hasApprovals, notices }, ({ get, post }) => {
  get('/approvals', (visit) => {
    const { sandbox, base } = visit
    const { store, clock, provider } = sandbox
    if (!hasApprovals(provider)) throw new Problem(404, `${provider.name} asks nobody who is elsewhere`)
    const now = clock.now()
    const waiting = store.listDeferred(cibaType, now)
    return visit.show(approvalsPage, {
      title: 'Approvals',
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
      endpoint: `${visit.addresses.base_url}${pathsOf(sandbox).backchannel_authentication ?? ''}`,
    })
  })

  post('/approvals', async (visit) => {
    const { form, sandbox } = visit
    const decision = form.text('decision') === 'approve' ? 'allowed' : 'denied'
    const decided = await decideBackchannelRequest(sandbox, form.text('id'), decision)
    if (decided === undefined) throw new Problem(404, 'This request is over: it has expired, or was decided on. The app has to ask again.')
    return visit.go('/approvals', decision === 'allowed' ? notices.approved : notices.denied)
  })
})
