/**
 * In this room: the vendors, a folder each, and what a vendor may say of itself (`provider.ts`). Data and pure functions.
 * Elsewhere: what is done with it: no other room names a vendor.
 */

import { auth0Hosts } from './auth0/hosts.ts'
import { cognitoHosts } from './cognito/hosts.ts'
import { discordHosts } from './discord/hosts.ts'
import { entraHosts } from './entra/hosts.ts'
import { facebookHosts } from './facebook/hosts.ts'
import { githubHosts } from './github/hosts.ts'
import { googleHosts } from './google/hosts.ts'
import { iokids } from './iokids/iokids.ts'
import type { Provider } from './provider.ts'
import { slackHosts } from './slack/hosts.ts'
import { standard } from './standard/standard.ts'

/** A vendor whose provider is loaded when somebody first needs it. Of one that nobody needs, no more than this is known. */
export interface Vendor extends Pick<Provider, 'id' | 'name' | 'hosts'> {
  load(): Promise<Provider>
  /** Whether a document looks like one that makes spaces of the vendor's, before the provider is loaded. */
  reads?(document: unknown): boolean
}

/** The vendors; the sandbox of a vendor's name is made when it is first asked for. The first one is the default, and comes with every start. */
export const vendors: readonly Vendor[] = [
  { id: 'iokids', name: 'iOKids', hosts: ['sandbox.iokids.net'], load: async () => iokids },
  {
    id: 'wildix',
    name: 'Wildix',
    hosts: ['auth.wildix.com', '*.wildixin.com'],
    load: async () => (await import('./wildix/wildix.ts')).wildix,
  },
  {
    id: 'socialid',
    name: 'Social ID Now',
    hosts: ['api.socialidnow.com'],
    load: async () => (await import('./socialid/socialid.ts')).socialid,
  },
  { id: 'deyel', name: 'Deyel', hosts: [], load: async () => (await import('./deyel/deyel.ts')).deyel },
  { id: 'gateway', name: 'Gateway API', hosts: [], load: async () => (await import('./gateway/gateway.ts')).gateway },
  { id: 'apple', name: 'Apple', hosts: ['appleid.apple.com'], load: async () => (await import('./apple/apple.ts')).apple },
  { id: 'auth0', name: 'Auth0', hosts: auth0Hosts, load: async () => (await import('./auth0/auth0.ts')).auth0 },
  { id: 'cognito', name: 'Amazon Cognito', hosts: cognitoHosts, load: async () => (await import('./cognito/cognito.ts')).cognito },
  { id: 'discord', name: 'Discord', hosts: discordHosts, load: async () => (await import('./discord/discord.ts')).discord },
  { id: 'facebook', name: 'Facebook', hosts: facebookHosts, load: async () => (await import('./facebook/facebook.ts')).facebook },
  { id: 'entra', name: 'Microsoft Entra ID', hosts: entraHosts, load: async () => (await import('./entra/entra.ts')).entra },
  { id: 'github', name: 'GitHub', hosts: githubHosts, load: async () => (await import('./github/github.ts')).github },
  { id: 'google', name: 'Google', hosts: googleHosts, load: async () => (await import('./google/google.ts')).google },
  {
    id: 'keycloak',
    name: 'Keycloak',
    hosts: [],
    load: async () => (await import('./keycloak/keycloak.ts')).keycloak,
    reads: (document) => [document].flat().every((one) => typeof one === 'object' && one !== null && 'realm' in one),
  },
  {
    id: 'okta',
    name: 'Okta',
    hosts: ['*.okta.com', '*.oktapreview.com', '*.okta-emea.com'],
    load: async () => (await import('./okta/okta.ts')).okta,
  },
  { id: 'slack', name: 'Slack', hosts: slackHosts, load: async () => (await import('./slack/slack.ts')).slack },
]

/** The provider that others extend, and as which a sandbox is there from the start beside the default one. */
export const providers: ReadonlyMap<string, Provider> = new Map([[standard.id, standard]])

/** Every provider that grantbox brings, the vendors' loaded. */
export async function allProviders(): Promise<Provider[]> {
  return [...(await Promise.all(vendors.map((vendor) => vendor.load()))), ...providers.values()]
}
