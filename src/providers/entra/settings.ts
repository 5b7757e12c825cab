import type { Client } from '../../oauth/model/records.ts'
import type { Settings } from '../../oauth/model/settings.ts'
import { ownSettings } from '../own-settings.ts'

/** What an application's manifest says beside what clients register; the names are the vendor's. */
export interface Manifest {
  /** Whose accounts it is for. */
  signInAudience?: (typeof audiences)[number] | undefined
  /** Users need to be given the app. */
  appRoleAssignmentRequired?: boolean | undefined
  federatedIdentityCredentials?: readonly { issuer: string; subject: string; audiences: readonly string[] }[] | undefined
  /** When its secrets end. */
  passwordCredentials?: readonly { endDateTime: string }[] | undefined
  groupMembershipClaims?: string | undefined
  optionalClaims?: { idToken?: readonly { name: string }[] | undefined } | undefined
  requestedAccessTokenVersion?: number | undefined
  /** It is one of the vendor's own family. */
  foci?: boolean | undefined
  /** Where it is told in a frame that a user signed out. */
  logoutUrl?: string | undefined
}

const audiences = ['AzureADMyOrg', 'AzureADMultipleOrgs', 'AzureADandPersonalMicrosoftAccount', 'PersonalMicrosoftAccount'] as const

/** When somebody is let in, as Graph writes it. */
export interface AccessPolicy {
  displayName?: string | undefined
  state?: 'enabled' | 'disabled' | 'enabledForReportingButNotEnforced' | undefined
  conditions?:
    | {
        applications?: { includeApplications: readonly string[] } | undefined
        users?: { includeUsers: readonly string[] } | undefined
      }
    | undefined
  grantControls: { builtInControls: readonly ('block' | 'mfa')[] }
}

interface EntraSettings {
  manifests: Readonly<Record<string, Manifest>>
  other_tenants: boolean
  conditional_access: readonly AccessPolicy[]
  error_separator: ' ' | '\r\n'
  access_token_jitter: number
  request_loop_limit: number
  federated_domains: readonly string[]
  tenant_region_scope: string
}

/** The vendor's own settings. */
export const entraSettings = ownSettings<EntraSettings>({
  other_tenants: {
    default: true,
    says: 'whether any GUID and any domain below `onmicrosoft.com` is a tenant; else only the one that is there',
    accepts: ({ z }) => z.boolean(),
  },
  manifests: {
    default: {},
    says: 'what manifests of applications say, by client id: `signInAudience`, `appRoleAssignmentRequired`, `federatedIdentityCredentials`, `passwordCredentials`, `groupMembershipClaims`, `optionalClaims`, `requestedAccessTokenVersion`, `foci`, `logoutUrl`',
    accepts: ({ z }) => {
      const credential = z.strictObject({ issuer: z.string(), subject: z.string(), audiences: z.array(z.string()) })
      const manifest = z.strictObject({
        signInAudience: z.enum(audiences).optional(),
        appRoleAssignmentRequired: z.boolean().optional(),
        federatedIdentityCredentials: z.array(credential).optional(),
        passwordCredentials: z.array(z.strictObject({ endDateTime: z.string() })).optional(),
        groupMembershipClaims: z.string().optional(),
        optionalClaims: z.strictObject({ idToken: z.array(z.strictObject({ name: z.string() })).optional() }).optional(),
        requestedAccessTokenVersion: z.int().optional(),
        foci: z.boolean().optional(),
        logoutUrl: z.string().optional(),
      })
      return z.record(z.string(), manifest)
    },
  },
  conditional_access: {
    default: [],
    says: 'policies of conditional access, as Graph writes them: `displayName`, `state`, `conditions` with `applications.includeApplications` and `users.includeUsers`, and `grantControls.builtInControls`, which are `block` or `mfa`',
    accepts: ({ z }) => {
      const applications = z.strictObject({ includeApplications: z.array(z.string()) })
      const users = z.strictObject({ includeUsers: z.array(z.string()) })
      const policy = z.strictObject({
        displayName: z.string().optional(),
        state: z.enum(['enabled', 'disabled', 'enabledForReportingButNotEnforced']).optional(),
        conditions: z.strictObject({ applications: applications.optional(), users: users.optional() }).optional(),
        grantControls: z.strictObject({ builtInControls: z.array(z.enum(['block', 'mfa'])) }),
      })
      return z.array(policy)
    },
  },
  error_separator: {
    default: ' ',
    says: 'what stands before `Trace ID`, `Correlation ID` and `Timestamp` in errors: a blank, or a line break as in the documentation',
    accepts: ({ z }) => z.enum([' ', '\r\n']),
  },
  access_token_jitter: {
    default: 0,
    says: 'by how much access tokens live longer at random; the vendor has 30 minutes',
    accepts: ({ wholeSeconds }) => wholeSeconds,
  },
  request_loop_limit: {
    default: 0,
    says: 'how often an application may refresh for a user within five minutes before it is told that it runs in circles (50196); 0 for any number, since the vendor does not tell its own',
    accepts: ({ z }) => z.int().min(0),
  },
  federated_domains: {
    default: [],
    says: 'domains whose users sign in at an identity provider of their own: `domain_hint` leads to its page, which asks for name and password at once',
    accepts: ({ z }) => z.array(z.string()),
  },
  tenant_region_scope: { default: 'NA', says: 'the region that discovery tells of a tenant', accepts: ({ z }) => z.string() },
})

/** The manifest of an application: what the sandbox says of it, else what it was registered with. */
export function manifestOf({ client_id, metadata }: Pick<Client, 'client_id' | 'metadata'>, settings: Settings): Manifest {
  const { manifests } = entraSettings.of(settings)
  return { ...metadata, ...(Object.hasOwn(manifests, client_id) ? manifests[client_id] : undefined) }
}
