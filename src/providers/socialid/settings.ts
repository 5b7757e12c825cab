import { ownSettings } from '../own-settings.ts'

/** The vendor's own settings. */
export const socialidSettings = ownSettings<{ wrong_password_error: 'invalid_client' | 'invalid_grant' }>({
  wrong_password_error: {
    default: 'invalid_client',
    says: '`invalid_grant`: wrong passwords and refresh tokens are said as RFC 6749 does',
    accepts: ({ z }) => z.enum(['invalid_client', 'invalid_grant']),
  },
})
