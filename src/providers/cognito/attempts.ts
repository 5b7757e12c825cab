import type { User } from '../../oauth/model/records.ts'
import type { OwnSpace } from '../own-spaces.ts'
import { ApiError } from './errors.ts'

/** What is counted of a user. */
interface Attempts {
  /** Wrong passwords in a row, but for those that came while the user was locked out. */
  wrong: number
  /** When the last of them came, in milliseconds. */
  last: number
  /** When else something was asked for, or entered wrongly, by what it was. */
  others: Readonly<Record<string, readonly number[]>>
}

type World = Pick<OwnSpace, 'documents' | 'clock' | 'settings'>

const none: Attempts = { wrong: 0, last: 0, others: {} }
const hour = 3_600_000
/** Milliseconds after which wrong passwords are forgotten, and the longest lockout. */
const quarter = 900_000
const most = 5

const attemptsIn = ({ documents }: World) => documents.kind<Attempts>('cognito_attempts')
const attemptsOf = (user: User, world: World): Attempts => attemptsIn(world).get('', { user }) ?? none
const save = (user: User, attempts: Attempts, world: World) => attemptsIn(world).put('', attempts, { user })

/** Milliseconds: a second after the fifth wrong password, and twice as long after each one more. */
function lockout(wrong: number): number {
  return wrong < most ? 0 : Math.min(1000 * 2 ** (wrong - most), quarter)
}

/** What a user is told whose password is not looked at now, since there were too many wrong ones. */
export function lockedOut(user: User, world: World): string | undefined {
  const { wrong, last } = attemptsOf(user, world)
  return world.clock.now() < last + lockout(wrong) ? 'Password attempts exceeded' : undefined
}

/** Counts a password that was looked at; a lenient sandbox counts none. */
export function countPassword(user: User, right: boolean, world: World): void {
  const now = world.clock.now()
  const { wrong, last, others } = attemptsOf(user, world)
  if (right && wrong > 0) save(user, { wrong: 0, last: 0, others }, world)
  if (right || world.settings.strictness === 'lenient') return
  save(user, { wrong: (now - last < quarter ? wrong : 0) + 1, last: now, others }, world)
}

/** Lets nothing be done that was done five times within an hour. @throws ApiError LimitExceededException */
export function limitAttempts(user: User, what: string, world: World): void {
  const { [what]: times = [] } = attemptsOf(user, world).others
  const now = world.clock.now()
  if (times.filter((at) => at > now - hour).length < most) return
  const explanation = `${what}: user '${user.username}' had ${most} attempts within an hour; a sandbox whose strictness is lenient counts none`
  throw new ApiError('LimitExceededException', 'Attempt limit exceeded, please try after some time.', explanation)
}

/** Counts what may be done five times within an hour. @throws ApiError LimitExceededException */
export function countAttempt(user: User, what: string, world: World): void {
  limitAttempts(user, what, world)
  if (world.settings.strictness === 'lenient') return
  const { others, ...rest } = attemptsOf(user, world)
  save(user, { ...rest, others: { ...others, [what]: [...(others[what] ?? []).slice(1 - most), world.clock.now()] } }, world)
}
