import type { Client, GrantDetails } from '../model/records.ts'
import type { Settings } from '../model/settings.ts'

/** What a sign-out was asked for (OpenID Connect RP-Initiated Logout §2). */
export interface LogoutRequest {
  /** Where the browser goes afterwards. */
  next: string | undefined
  /** Whom the hint names, to which client; without a hint the user is asked. */
  hint: { sub: string; sid: string | undefined; client: Client | undefined } | undefined
  /** Nobody is asked, whoever is signed in. */
  sure?: true
}

/** How long a device's code lives, how long it waits between two polls, and what it asks for. */
export interface DeviceAuthorization extends Pick<Settings, 'device_code_ttl' | 'device_interval'> {
  scope: string
  /** Beyond what every grant of a device tells. */
  details?: GrantDetails
}
