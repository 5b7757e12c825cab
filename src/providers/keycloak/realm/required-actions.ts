import type { OwnSpace } from '../../own-spaces.ts'
import { RealmData } from './data.ts'
import { flag, list, type Members, text } from './members.ts'

/** Something that users can be made to do, as the vendor's JSON has it. */
export interface RequiredAction {
  alias: string
  name: string
  providerId: string
  enabled: boolean
  defaultAction: boolean
  priority: number
  config: Members
}

const fresh = (
  [
    ['TERMS_AND_CONDITIONS', 'Terms and Conditions', 20, false],
    ['UPDATE_PROFILE', 'Update Profile', 40],
    ['VERIFY_EMAIL', 'Verify Email', 50],
    ['CONFIGURE_TOTP', 'Configure OTP', 54],
    ['UPDATE_PASSWORD', 'Update Password', 57],
    ['delete_account', 'Delete Account', 60, false],
    ['UPDATE_EMAIL', 'Update Email', 70, false],
    ['webauthn-register', 'Webauthn Register', 80],
    ['webauthn-register-passwordless', 'Webauthn Register Passwordless', 90],
    ['VERIFY_PROFILE', 'Verify Profile', 100],
    ['delete_credential', 'Delete Credential', 110],
    ['idp_link', 'Linking Identity Provider', 120],
    ['CONFIGURE_RECOVERY_AUTHN_CODES', 'Recovery Authentication Codes', 130],
    ['update_user_locale', 'Update User Locale', 1000],
  ] as const
).map(([alias, name, priority, enabled = true]): RequiredAction => {
  return { alias, name, providerId: alias, enabled, defaultAction: false, priority, config: {} }
})

/** What users of a realm can be made to do, in the order in which they are. */
export function requiredActions({ settings }: RealmData): RequiredAction[] {
  const said = new Map(list(settings.requiredActions).map((one) => [text(one.alias), one]))
  return fresh
    .map((one) => {
      const { enabled, defaultAction, priority } = said.get(one.alias) ?? {}
      return {
        ...one,
        enabled: flag(enabled) ?? one.enabled,
        defaultAction: flag(defaultAction) ?? one.defaultAction,
        priority: typeof priority === 'number' ? priority : one.priority,
      }
    })
    .toSorted((one, other) => one.priority - other.priority)
}

/** Those that the realm asks for, by their names. */
export function enabledActions({ space, documents }: Pick<OwnSpace, 'space' | 'documents'>): string[] {
  return requiredActions(new RealmData(space, documents)).flatMap(({ alias, enabled }) => (enabled ? [alias] : []))
}
