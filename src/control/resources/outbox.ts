import { z } from 'zod'
import { forgetMessages, type Message, sentMessages } from '../../oauth/model/outbox.ts'
import { sandboxRoutes } from '../sandbox-routes.ts'
import { listOf, rfc3339, time } from '../schemas.ts'

const messageView = z
  .object({
    to: z.string().describe('The address or the phone number.'),
    by: z.enum(['email', 'sms']),
    kind: z.string().describe("What it is for, in the vendor's words."),
    code: z.string().nullable().describe('What the user is to enter.'),
    link: z.string().nullable().describe('What the user is to follow.'),
    at: time.describe("By the sandbox's clock."),
  })
  .meta({ id: 'Message' })

const query = z.strictObject({
  to: z.string().optional(),
  kind: z.string().optional(),
})

/** What the vendor would have sent by e-mail or SMS, with its codes and links. */
export const outbox = sandboxRoutes('outbox', ({ inSpace: { get, remove } }) => {
  get(
    '/outbox',
    'What would have been sent by e-mail or SMS, newest first',
    { query, answer: listOf(messageView) },
    ({ sandbox, query }) => {
      const { to = '', kind } = query
      const wanted = (message: Message) =>
        (to === '' || message.to.toLowerCase() === to.toLowerCase()) && (kind === undefined || message.kind === kind)
      return { items: sentMessages(sandbox.documents).filter(wanted).map(viewMessage) }
    },
  )

  remove('/outbox', 'Forget what would have been sent', ({ sandbox }) => forgetMessages(sandbox.documents), 'The outbox is empty.')
})

/** A message as it is shown. */
function viewMessage({ code, link, at, ...message }: Message): z.output<typeof messageView> {
  return { ...message, code: code ?? null, link: link ?? null, at: rfc3339(at) }
}
