import { isPublic } from '../../oauth/clients/methods/registry.ts'
import type { Client } from '../../oauth/model/records.ts'
import type { Settings } from '../../oauth/model/settings.ts'
import type { Space } from '../../oauth/model/space.ts'
import { ownSettings } from '../own-settings.ts'

/** A rule of an authorization server; what it does not say fits everything. */
export interface AccessPolicy {
  /** Ids of clients. */
  clients?: readonly string[] | undefined
  grant_types?: readonly string[] | undefined
  /** All that whom it fits may ask for. */
  scopes?: readonly string[] | undefined
}

/** A custom authorization server. */
export interface AuthorizationServer {
  audience: string
  /** Its own, beside those of OpenID Connect, with what is said of each. */
  scopes?: Readonly<Record<string, string>> | undefined
  /** Whom it serves; everybody when absent, nobody when empty. */
  policies?: readonly AccessPolicy[] | undefined
}

interface OktaSettings {
  authorization_servers: Readonly<Record<string, AuthorizationServer>>
  groups_claim: 'scope' | 'always' | 'off'
  trusted_origins: readonly string[]
  api_token: string
}

/** The token with which the preloaded sandbox's Management API may be called. */
export const apiToken = '00grantboxApiTokenOfTheSandbox0123456789ab'

/** The vendor's own settings. */
export const oktaSettings = ownSettings<OktaSettings>({
  authorization_servers: {
    default: { default: { audience: 'api://default', scopes: { read: 'Reading your data', write: 'Changing your data' } } },
    says: 'custom authorization servers by id, each with its `audience`, `scopes`, and `policies` of `clients`, `grant_types` and `scopes`',
    accepts: ({ z }) => {
      const texts = z.array(z.string()).optional()
      const policies = z.array(z.strictObject({ clients: texts, grant_types: texts, scopes: texts })).optional()
      return z.record(z.string(), z.strictObject({ audience: z.string(), scopes: z.record(z.string(), z.string()).optional(), policies }))
    },
  },
  groups_claim: {
    default: 'scope',
    says: 'whether tokens tell groups: when the scope `groups` was asked for, always, or never',
    accepts: ({ z }) => z.enum(['scope', 'always', 'off']),
  },
  trusted_origins: {
    default: ['http://localhost:3000', 'http://localhost:4200', 'http://localhost:8080'],
    says: 'whose pages may call the API, beside those of redirect URIs at the token endpoint',
    accepts: ({ z }) => z.array(z.string()),
  },
  api_token: { default: apiToken, says: 'the token of `Authorization: SSWS`', accepts: ({ z }) => z.string() },
})

/** Whether the org authorization server was asked, which is none of the custom ones. */
export function isOrg(space: Space | undefined): boolean {
  return space?.edition === 'org'
}

/** The custom authorization server that was asked. */
export function serverOf(space: Space | undefined, settings: Settings): AuthorizationServer | undefined {
  const { authorization_servers } = oktaSettings.of(settings)
  const id = space?.path.as ?? 'default'
  return isOrg(space) || !Object.hasOwn(authorization_servers, id) ? undefined : authorization_servers[id]
}

/** Each server signs with keys of its own; those of `default` are the sandbox's. */
export function keysOf(space: Space): string | undefined {
  return isOrg(space) ? 'org' : space.path.as === 'default' ? undefined : space.path.as
}

/** Refresh tokens of public clients rotate, those of others stay. */
export function rotationOf(client: Client, { rotation }: Settings): Settings['rotation'] {
  return isPublic(client) ? rotation : 'off'
}
