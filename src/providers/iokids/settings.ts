import { ownSettings } from '../own-settings.ts'

/** The vendor's own settings. */
export const iokidsSettings = ownSettings<{ permission_status: 401 | 403; enforce_token_scope: boolean }>({
  permission_status: {
    default: 401,
    says: 'status of "Application does not have permission" (4011): 401 or 403',
    accepts: ({ z }) => z.literal([401, 403]),
  },
  enforce_token_scope: {
    default: false,
    says: "whether the API asks for a token's scope beside its app's permissions",
    accepts: ({ z }) => z.boolean(),
  },
})
