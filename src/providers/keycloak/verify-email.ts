import { randomText } from '../../basics/random.ts'
import { PageError } from '../../oauth/model/errors.ts'
import { sendMessage } from '../../oauth/model/outbox.ts'
import type { AccountPage, AccountVisit } from '../account-pages.ts'
import { numberIn, RealmData } from './realm/data.ts'
import { members, text } from './realm/members.ts'
import { actionPage, form, pathOf } from './required-action.ts'
import { hasDone } from './todo.ts'

const action = 'VERIFY_EMAIL'
const linkPath = '/realms/{realm}/login-actions/action-token'

/** An address that waits to be confirmed. */
interface Waiting {
  user_id: string
  email: string
  /** Milliseconds. */
  expires_at: number
}

const waitingIn = ({ documents }: AccountVisit['world']) => documents.kind<Waiting>('email_link')

/** Sends a link, which stands in the outbox. @throws PageError where the realm has no sender */
function send({ user, world, context, client, transaction }: AccountVisit): string {
  const realm = new RealmData(world.space, world.documents)
  const { email = null, user_id = '' } = user ?? {}
  if (email === null || text(members(realm.settings.smtpServer).from) === undefined) {
    const why = 'smtpServer of the realm has no from'
    throw new PageError('server_error', 'Failed to send email, please try again later.', why, [], 500)
  }
  const now = world.clock.now()
  const key = randomText(43)
  const lifetime = numberIn(realm.settings, 'actionTokenGeneratedByUserLifespan') ?? 300
  waitingIn(world).put(key, { user_id, email, expires_at: now + lifetime * 1000 })
  const query = new URLSearchParams({ key, client_id: client.client_id, transaction })
  const link = `${context.issuer}/login-actions/action-token?${query}`
  sendMessage(world.documents, { to: email, by: 'email', kind: action, link, at: now })
  return email
}

/** Says that a link was sent, each time that it comes. */
export const verifyEmail = actionPage(
  action,
  {
    heading: 'Email verification',
    rows: [],
    first: '',
    form: form(undefined, { text: 'Click here' }),
    begin: (visit) => ({
      note: 'You need to verify your email address to activate your account.',
      says: [
        `An email with instructions to verify your email address has been sent to your address ${send(visit)}.`,
        "Haven't received a verification code in your email? Click here to re-send the email.",
      ],
    }),
  },
  () => ({ next: pathOf(action) }),
)

/** Where the link of such a mail leads, in the browser that waits for it. */
export const emailLink: AccountPage = {
  path: linkPath,
  heading: 'Email verification',
  rows: [],
  first: '',
  after_password: true,
  begin({ user, world }, { key = '' }) {
    const waiting = waitingIn(world).get(key)
    const isOver = waiting === undefined || waiting.expires_at <= world.clock.now()
    if (user === undefined || isOver || waiting.user_id !== user.user_id || waiting.email !== user.email) {
      const why = 'key is unknown, older than actionTokenGeneratedByUserLifespan, or of another address'
      throw new PageError('transaction_unknown', 'An error occurred, please login again through your application.', why)
    }
    waitingIn(world).delete(key)
    const realm = new RealmData(world.space, world.documents)
    realm.saveUser(user, { ...realm.user(user), emailVerified: true })
    hasDone(user, action, realm)
    return { user }
  },
  submit: () => ({ next: linkPath }),
}
