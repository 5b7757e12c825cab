import { ownSettings } from '../own-settings.ts'

/** What a key of the API is held to. */
export interface ApiKey {
  referers?: readonly string[] | undefined
  origins?: readonly string[] | undefined
}

interface GatewaySettings {
  style: 'cognito' | 'rfc'
  unknown_route_status: 403 | 404
  api_keys: Readonly<Record<string, ApiKey>>
  direct_token_ttl: number
}

/** The vendor's own settings. */
export const gatewaySettings = ownSettings<GatewaySettings>({
  style: {
    default: 'cognito',
    says: 'token errors: `cognito` (400 and the code alone) or `rfc`',
    accepts: ({ z }) => z.enum(['cognito', 'rfc']),
  },
  unknown_route_status: { default: 403, says: 'of a path that nobody has, or 404', accepts: ({ z }) => z.literal([403, 404]) },
  api_keys: {
    default: { 'gateway-key': {} },
    says: 'keys, each with `referers` and `origins` that it is held to',
    accepts: ({ z }) =>
      z.record(z.string(), z.strictObject({ referers: z.array(z.string()).optional(), origins: z.array(z.string()).optional() })),
  },
  direct_token_ttl: {
    default: 86_400,
    says: 'seconds that tokens of the newer form live',
    accepts: ({ wholeSeconds }) => wholeSeconds,
  },
})
