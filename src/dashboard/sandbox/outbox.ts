import { Problem } from '../../control/problem.ts'
import { forgetMessages, sentMessages } from '../../oauth/model/outbox.ts'
import type { Provider } from '../../providers/provider.ts'
import { noticesOf } from '../frame/notices.ts'
import { page } from '../frame/page.ts'
import { part } from '../frame/visit.ts'
import { agoInWords } from '../frame/words.ts'

const outboxPage = page<{
  action: string
  messages: readonly { to: string; by: string; kind: string; code?: string | undefined; link?: string | undefined; sent: string }[]
}>('outbox')

const notices = noticesOf({
  forgotten: 'The messages were forgotten.',
})

const icon = '<rect x="3" y="5.500" width="18" height="13" rx="2"/><path d="m3.500 7 8.500 6.500L20.500 7"/>'

const isServed = ({ sends_messages }: Provider) => sends_messages === true

/** What the vendor would have sent to users: the codes that they are asked for. */
export const outboxPages = part({ icon, isServed, notices }, ({ get, post }) => {
  get('/messages', (visit) => {
    const { sandbox, base } = visit
    if (!isServed(sandbox.provider)) throw new Problem(404, `${sandbox.provider.name} sends nothing`)
    const now = sandbox.clock.now()
    const messages = sentMessages(sandbox.documents).map(({ to, by, kind, code, link, at }) => {
      return { to, by: by === 'sms' ? 'SMS' : 'e-mail', kind, code, link, sent: agoInWords(at, now) }
    })
    return visit.show(outboxPage, { title: 'Messages', action: `${base}/messages`, messages })
  })

  post('/messages/forget', (visit) => {
    forgetMessages(visit.sandbox.documents)
    return visit.go('/messages', notices.forgotten)
  })
})
