import { ownSettings, type SchemaKit } from '../own-settings.ts'

interface DeyelSettings {
  failure_status: number
  refresh_failure_status: number
  organizational_unit: string
  permissions: readonly Readonly<Record<string, string>>[]
  client_user: string
  utc_offset: string
}

const status = ({ z }: SchemaKit) => z.int().min(200).max(599)

/** The vendor's own settings. */
export const deyelSettings = ownSettings<DeyelSettings>({
  failure_status: { default: 400, says: 'status of the one failure body', accepts: status },
  refresh_failure_status: { default: 401, says: 'status of a failed refresh', accepts: status },
  organizational_unit: { default: '0000000001', says: 'claim `cdOrgUnit`', accepts: ({ z }) => z.string() },
  permissions: {
    default: [{ idApplication: 'DEYEL', cdPermission: 'USUARIOFINAL' }],
    says: '`lsPermissions` in the claim `permissions`',
    accepts: ({ z }) => z.array(z.record(z.string(), z.string())),
  },
  client_user: { default: 'DEYELBOT', says: 'whom a client acts as', accepts: ({ z }) => z.string() },
  utc_offset: {
    default: '-03:00',
    says: "zone of the vendor's server, in which the claims tell times",
    accepts: ({ z }) => z.string().regex(/^[+-]\d{2}:\d{2}$/, { error: 'an offset from UTC, such as "-03:00"' }),
  },
})
