import type { RedirectRequest, RedirectRules } from '../../oauth/realm/redirect-rules.ts'
import { wildcardRedirects } from '../wildcard-redirects.ts'
import { organizationNamed } from './organizations.ts'

/** Stands in a callback for the name of the organization that a request is for. */
const placeholder = '{organization_name}'

/** A callback with the name that a request has; without an organization nobody meets it. */
function named(registered: string, asked: RedirectRequest | undefined): string {
  if (asked === undefined || !registered.includes(placeholder)) return registered
  const organization = organizationNamed(asked.parameters.organization, asked.documents)
  return organization === undefined ? registered : registered.replace(placeholder, organization.name)
}

/** Wildcards, and the organization's name where it stands in a label as they do. */
export const auth0Redirects: RedirectRules = {
  matches: (registered, came, client, asked) =>
    !came.includes(placeholder) && wildcardRedirects.matches?.(named(registered, asked), came, client) === true,
  registers: (uri) => wildcardRedirects.registers?.(uri.replace(placeholder, '*')) === true,
}
