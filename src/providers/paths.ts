/** What may have a host of its own. */
export const hostedEndpoints = [
  ...(['issuer', 'authorize', 'token', 'userinfo', 'jwks', 'introspection', 'revocation', 'par', 'end_session'] as const),
  ...(['device_authorization', 'device', 'backchannel_authentication', 'registration'] as const),
] as const

/** One of {@link hostedEndpoints}. */
export type HostedEndpoint = (typeof hostedEndpoints)[number]

/** Where a vendor has what; whatever is absent it does not have. */
export interface ProviderPaths {
  readonly authorize: string
  readonly token: string
  /** Where new users come in, when not at `sign_up`; absent, like each of the following, when the vendor has no such thing. */
  readonly join?: string
  readonly userinfo?: string
  readonly jwks?: string
  readonly introspection?: string
  readonly revocation?: string
  readonly par?: string
  readonly end_session?: string
  /** A second way to sign out, of the vendor's own. */
  readonly sign_out?: string
  /** The page on which users sign in, where the authorization endpoint leads to one of its own, with all parameters. */
  readonly sign_in?: string
  /** The page to which a browser is sent with an authorization error that cannot go to the client, as `?error=…&client_id=…`. */
  readonly error?: string
  /** Where new users come in, when not at `join`. */
  readonly sign_up?: string
  readonly device_authorization?: string
  /** The page on which a user enters a device's code. */
  readonly device?: string
  readonly backchannel_authentication?: string
  /** Where clients register themselves; each manages its registration below it. */
  readonly registration?: string
  /** A small API of its own to try tokens on. */
  readonly resource?: string
  /** The page on which users decide on backchannel requests. */
  readonly ciba?: string
  /** Both forms of RFC 8414 §3 and OpenID Connect Discovery §4 are served when the provider has any. */
  readonly discovery?: readonly ('openid-configuration' | 'oauth-authorization-server')[]
}

/** Hosts by what is there. */
export type EndpointHosts = Readonly<Partial<Record<HostedEndpoint, string | readonly string[]>>>

/** The endpoints of a version that a vendor serves beside its own; `space.edition` tells which was asked. */
export interface Edition {
  readonly paths: Partial<ProviderPaths>
  readonly issuer_path: string
  readonly discovery_path?: string
  readonly endpoint_hosts?: EndpointHosts
}
