import { ownSettings } from '../own-settings.ts'

interface WildixSettings {
  personal_token_ttl: number
  personal_token_single_use: boolean
  service_token_shape: 'envelope' | 'flat' | 'both'
  services: Readonly<Record<string, readonly string[]>>
}

/** The vendor's own settings. */
export const wildixSettings = ownSettings<WildixSettings>({
  personal_token_ttl: { default: 60, says: 'seconds that a personal token lives', accepts: ({ wholeSeconds }) => wholeSeconds },
  personal_token_single_use: { default: true, says: 'whether it works once', accepts: ({ z }) => z.boolean() },
  service_token_shape: {
    default: 'envelope',
    says: "step 3's answer: `envelope`, `flat` (members at the top), `both`",
    accepts: ({ z }) => z.enum(['envelope', 'flat', 'both']),
  },
  services: {
    default: { 'https://api.x-bees.com': ['xbees'] },
    says: 'audiences of step 3 and their scopes',
    accepts: ({ z }) => z.record(z.string(), z.array(z.string())),
  },
})
