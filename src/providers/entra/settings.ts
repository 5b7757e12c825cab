import { ownSettings } from '../own-settings.ts'

interface EntraSettings {
  other_tenants: boolean
  error_separator: ' ' | '\r\n'
  access_token_jitter: number
  tenant_region_scope: string
}

/** The vendor's own settings. */
export const entraSettings = ownSettings<EntraSettings>({
  other_tenants: {
    default: true,
    says: 'whether any GUID and any domain below `onmicrosoft.com` is a tenant; else only the one that is there',
    accepts: ({ z }) => z.boolean(),
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
  tenant_region_scope: { default: 'NA', says: 'the region that discovery tells of a tenant', accepts: ({ z }) => z.string() },
})
