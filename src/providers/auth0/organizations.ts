import type { Documents } from '../../oauth/model/documents.ts'
import { OAuthError } from '../../oauth/model/errors.ts'
import type { RequestDialect } from '../../oauth/realm/context.ts'
import { newOrganizationId } from './ids.ts'
import { auth0Settings } from './settings.ts'

/** A customer of the tenant's, whose users sign in to it. */
export interface Organization {
  id: string
  name: string
  display_name: string
}

const list = 'organizations'
const mostOfThem = 1000

const organizationsIn = (documents: Documents) => documents.kind<Organization>('organization')

/** All of them, the oldest first. */
export function organizations(documents: Documents): Organization[] {
  return organizationsIn(documents)
    .list({ list, limit: mostOfThem })
    .map(({ body }) => body)
    .reverse()
}

/** The organization of this id or name. */
export function organizationNamed(name: string | undefined, documents: Documents): Organization | undefined {
  if (name === undefined) return undefined
  return organizationsIn(documents).get(name) ?? organizations(documents).find((one) => one.name === name.toLowerCase())
}

/** Makes an organization, or changes it. */
export function saveOrganization(
  documents: Documents,
  { id = newOrganizationId(), ...said }: Partial<Organization> & { name: string },
  now: number,
) {
  const organization = { id, display_name: said.name, ...said }
  organizationsIn(documents).put(id, organization, { list, place: now })
  return organization
}

export function deleteOrganization(documents: Documents, id: string): boolean {
  return organizationsIn(documents).delete(id)
}

/** An authorization request may be for one organization, which there must be, as the setting `organization_usage` has it. */
export const checks: NonNullable<RequestDialect['checks']> = ({ organization }, _client, { realm }) => {
  const usage = auth0Settings.of(realm.settings).organization_usage
  if (organization === undefined) {
    if (usage !== 'require') return
    throw refusal('parameter organization is required for this client', 'The setting organization_usage is require')
  }
  if (usage === 'deny') throw refusal('client is not configured to allow organizations', 'The setting organization_usage is deny')
  if (organizationNamed(organization, realm.documents) !== undefined) return
  const names = organizations(realm.documents).map(({ id, name }) => `${name} (${id})`)
  const explanation = `organization '${organization}' is none of: ${names.join(', ') || 'none'}`
  throw refusal('parameter organization is invalid', explanation)
}

function refusal(message: string, explanation: string): OAuthError {
  return new OAuthError('parameter_invalid', message, explanation).naming({ parameter: 'organization' })
}
