import type { User } from '../../oauth/model/records.ts'
import type { OwnSpace } from '../own-spaces.ts'
import { base32, totp, totpPeriod } from '../totp.ts'
import { newUuid } from './ids.ts'
import { RealmData } from './realm/data.ts'

type World = Pick<OwnSpace, 'space' | 'documents' | 'clock'>

/** The secret as authenticator apps take it. */
export const appSecret = (secret: string) => base32(Buffer.from(secret))

/** The period in which an app that has a secret shows a code: this one, or one beside it. */
export function periodOf(code: string, secret: string, now: number): number | undefined {
  const this_one = Math.floor(now / totpPeriod)
  return [this_one, this_one - 1, this_one + 1].find((period) => totp(appSecret(secret), period * totpPeriod) === code)
}

/** Whether a user has an authenticator app. */
export function hasOtp(user: User, { space, documents }: Pick<World, 'space' | 'documents'>): boolean {
  return (new RealmData(space, documents).user(user).otp ?? []).length > 0
}

/** Gives a user an app, whose first code was shown. */
export function addOtp(user: User, { secret, userLabel, used }: { secret: string; userLabel: string; used: number }, world: World): void {
  const realm = new RealmData(world.space, world.documents)
  const data = realm.user(user)
  const made = { id: newUuid(), secret, userLabel, used, createdDate: world.clock.now() }
  realm.saveUser(user, { ...data, otp: [...(data.otp ?? []), made] })
}

/** Takes a code of one of a user's apps, each once. @returns whether it is one */
export function takeOtp(user: User, code: string, { space, documents, clock }: World): boolean {
  const realm = new RealmData(space, documents)
  const data = realm.user(user)
  const { otp = [] } = data
  const taken = otp.flatMap((one) => {
    const period = periodOf(code, one.secret, clock.now())
    return period === undefined || period === one.used ? [] : [{ ...one, used: period }]
  })[0]
  if (taken === undefined) return false
  realm.saveUser(user, { ...data, otp: otp.map((one) => (one.id === taken.id ? taken : one)) })
  return true
}
