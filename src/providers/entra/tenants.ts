import { createHash } from 'node:crypto'
import type { User } from '../../oauth/model/records.ts'
import type { Space, SpaceNames } from '../../oauth/model/space.ts'
import { entraSettings } from './settings.ts'

/** The tenant that is there from the beginning, and its domain. */
export const homeTenant = '8f1c7c52-7f4d-4b9a-9d3f-0c5b0a4f6a11'
export const homeDomain = 'contoso.onmicrosoft.com'

/** The tenant of all personal accounts. */
const consumerTenant = '9188040d-6c67-4c5b-b112-36a304b66dad'

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** A GUID that follows from a text, for whatever the vendor would have made up once. */
export function guidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** A user's object id in a tenant: of a personal account it is half zeros. */
export function oidIn(tenant: string, { user_id }: { user_id: string }): string {
  return tenant === consumerTenant ? `00000000-0000-0000-${guidOf(user_id).slice(19)}` : user_id
}

/** `{tenant}` in paths: a GUID, a domain, or a word for several tenants. All of them are the sandbox's own world. */
export const tenants: SpaceNames = {
  default: homeTenant,
  aliases: { common: homeTenant, organizations: homeTenant, consumers: consumerTenant, [homeDomain]: homeTenant },
  resolve: (asked) => (guid.test(asked) ? asked.toLowerCase() : guidOf(asked.toLowerCase())),
  known(asked, settings) {
    if (Object.hasOwn(tenants.aliases ?? {}, asked) || asked === homeTenant || asked === consumerTenant) return true
    return entraSettings.of(settings).other_tenants && (guid.test(asked) || asked.toLowerCase().endsWith('.onmicrosoft.com'))
  },
}

/** The id of the tenant that a word in a path means. */
export function tenantOf(asked: string): string {
  return tenants.aliases?.[asked] ?? tenants.resolve?.(asked) ?? asked
}

/** Whether a word stands for several tenants, so that it names none. */
export function isShared(asked: string | undefined): boolean {
  return asked === 'common' || asked === 'organizations'
}

/** The tenant that a user is of, where he is not of the one whose sandbox it is: his claim `tid`. */
export function foreignTenantOf(user: Pick<User, 'claims'> | undefined): string | undefined {
  const { tid } = user?.claims ?? {}
  return typeof tid === 'string' && tid !== homeTenant ? tid : undefined
}

/** The tenant that a user's tokens are of: at a word for several tenants his own, else the one that was asked. */
export function tenantFor(space: Space | undefined, user?: Pick<User, 'claims'>): string {
  const asked = space?.path.tenant ?? homeTenant
  return isShared(space?.asked.tenant) ? (foreignTenantOf(user) ?? asked) : asked
}

/** Who gave a user of another tenant his account, as the vendor names it. */
export function homeIssuer(tid: string): string {
  return tid === consumerTenant ? 'live.com' : `https://sts.windows.net/${tid}/`
}

/**
 * The issuers of both versions in a tenant, of another one where it is given, from the one that the request has: only at the vendor's own names has the older one a host of
 * its own.
 */
export function issuersOf(issuer: string, tenant?: string): { v1: string; v2: string } {
  const own = issuer.replace(/(\/v2\.0)?\/?$/, '')
  const base = tenant === undefined ? own : own.replace(/[^/]+$/, tenant)
  return {
    v1: `${base.replace(/\/\/(login\.microsoftonline|[^/.]+\.ciamlogin)\.com/, '//sts.windows.net')}/`,
    v2: `${base.replace('//sts.windows.net', '//login.microsoftonline.com')}/v2.0`,
  }
}
