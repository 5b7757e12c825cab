import type { IncomingMessage } from 'node:http'
import { pathOf, serverUrl } from '../../sandbox/addresses.ts'
import type { DashboardDeps } from '../deps.ts'

/** Where a browser finds the dashboard. */
export interface Place {
  /** Scheme and host. */
  origin: string
  /** What stands before each of our paths there. */
  root: string
  /** Whether all of it is https. */
  secure: boolean
  /** Hosts whose pages are ours. */
  hosts: readonly string[]
}

/** The public address counts where there is one, for links and cookies; who came by another name may send forms from there too. */
export function placeOf(request: IncomingMessage, { originOf, addresses = {} }: Pick<DashboardDeps, 'originOf' | 'addresses'>): Place {
  const origin = originOf(request)
  const asked = serverUrl(origin, addresses)
  const shown = addresses.publicUrl ?? asked
  const ofPublic = addresses.publicUrl === undefined ? [] : [new URL(addresses.publicUrl).host]
  return {
    origin: asked.slice(0, asked.length - pathOf(asked).length),
    root: pathOf(shown),
    // One port answers http and https: a browser that was given a cookie over https could never replace it over http.
    secure: shown.startsWith('https:') && (addresses.publicUrl !== undefined || origin.isForwarded === true),
    hosts: [new URL(asked).host, origin.host.toLowerCase(), ...ofPublic],
  }
}
