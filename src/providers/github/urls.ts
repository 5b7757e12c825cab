import { atHost, isVendors } from '../hosts.ts'
import { githubHosts } from './hosts.ts'

/** Where what the API tells of is. */
export interface Addresses {
  /** The API. */
  api: string
  /** The pages of users. */
  site: string
  /** A user's or organization's picture. */
  avatar(id: number): string
}

/**
 * At the vendor's hosts each thing has its own; elsewhere all stand below the sandbox's address.
 * @param prefix of the API that was asked: a server of a company's own has it below `/api/v3`
 */
export function addressesOf(base_url: string, prefix: string): Addresses {
  const { hostname } = new URL(base_url)
  const [site, api, pictures] = isVendors(hostname, { hosts: githubHosts }) ? githubHosts : []
  return {
    api: site === undefined ? base_url + prefix : atHost(base_url, api),
    site: atHost(base_url, site),
    avatar: (id) => `${atHost(base_url, pictures)}/u/${id}?v=4`,
  }
}
