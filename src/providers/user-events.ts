import type { MaybePromise } from '../basics/maybe-promise.ts'
import { call } from '../oauth/clients/outbound.ts'
import type { Client, User } from '../oauth/model/records.ts'
import type { Settings } from '../oauth/model/settings.ts'
import type { Context } from '../oauth/realm/context.ts'

/** What the vendor posts to an address of the app's. */
export interface Notice {
  readonly url: string
  readonly content_type: string
  readonly body: string
}

/** What users do at the vendor about an app that they let in, of which the vendor tells the app. */
export interface UserEvents {
  /** By the vendor's names, with what a button for it says. */
  readonly events: Readonly<Record<string, string>>
  /** Lets it happen. @returns what the app is told; undefined where it has no address for that */
  happen(event: string, user: User, client: Client, context: Context): MaybePromise<Notice | undefined>
}

/** How an app took it. */
export type Told = { url: string; status: number } | { url: string; problem: string }

/** How long an app may take to answer, milliseconds. */
const patience = 2000

/** Tells an app. */
export async function tell({ url, content_type, body }: Notice, settings: Pick<Settings, 'outbound'>): Promise<Told> {
  const answer = await call(url, settings, { method: 'POST', headers: { 'content-type': content_type }, body, patience })
  return 'problem' in answer ? { url, problem: answer.problem } : { url, status: answer.status }
}
