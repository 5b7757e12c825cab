import type { Documents } from '../../oauth/model/documents.ts'
import { OAuthError } from '../../oauth/model/errors.ts'
import type { Realm, RequestDialect } from '../../oauth/realm/context.ts'
import { clientSettings } from './client-settings.ts'
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

/** What tokens tell of the organization that was asked for. */
export function organizationClaims(asked: string | undefined, { documents, settings }: Pick<Realm, 'documents' | 'settings'>) {
  const { id, name } = organizationNamed(asked, documents) ?? {}
  return { org_id: id, org_name: auth0Settings.of(settings).organization_names ? name : undefined }
}

/** An authorization request may be for one organization, which there must be, as `organization_usage` of the app or the sandbox has it. */
export const checks: NonNullable<RequestDialect['checks']> = ({ organization }, client, { realm }) => {
  const { organization_usage, organization_names } = auth0Settings.of(realm.settings)
  const { organization_usage: usage = organization_usage } = clientSettings(client, realm.documents)
  if (organization === undefined) {
    if (usage !== 'require') return
    throw refusal('parameter organization is required for this client', 'organization_usage of the app or the sandbox is require')
  }
  if (usage === 'deny')
    throw refusal('client is not configured to allow organizations', 'organization_usage of the app or the sandbox is deny')
  const found = organizationNamed(organization, realm.documents)
  if (found !== undefined && (found.id === organization || organization_names)) return
  if (found !== undefined)
    throw refusal('parameter organization is invalid', `The setting organization_names is false: name it ${found.id}`)
  const names = organizations(realm.documents).map(({ id, name }) => `${name} (${id})`)
  const explanation = `organization '${organization}' is none of: ${names.join(', ') || 'none'}`
  throw refusal('parameter organization is invalid', explanation)
}

function refusal(message: string, explanation: string): OAuthError {
  return new OAuthError('parameter_invalid', message, explanation).naming({ parameter: 'organization' })
}
