/**
 * In this room: the handlers of the protocol's endpoints, one file each: they decode the request, call `oauth/` and answer.
 * Elsewhere: a vendor's own API (`providers/`).
 */

import type { ProtocolEndpoint } from '../endpoint.ts'
import { authorizeEndpoint } from './authorize.ts'
import { backchannelAuthenticationEndpoint } from './backchannel-authentication.ts'
import { cibaEndpoint } from './ciba.ts'
import { deviceEndpoint } from './device.ts'
import { deviceAuthorizationEndpoint } from './device-authorization.ts'
import { discoveryEndpoint } from './discovery.ts'
import { endSessionEndpoint } from './end-session.ts'
import { introspectionEndpoint } from './introspection.ts'
import { jwksEndpoint } from './jwks.ts'
import { newUserEndpoint } from './new-user.ts'
import { parEndpoint } from './par.ts'
import { registrationEndpoint, registrationManagementEndpoint } from './registration.ts'
import { resourceEndpoint, resourceMetadataEndpoint } from './resource.ts'
import { revocationEndpoint } from './revocation.ts'
import { tokenEndpoint } from './token.ts'
import { userinfoEndpoint } from './userinfo.ts'

/** Every protocol endpoint; a provider has those whose paths it names. */
export const protocolEndpoints: readonly ProtocolEndpoint[] = [
  authorizeEndpoint,
  newUserEndpoint,
  parEndpoint,
  endSessionEndpoint,
  tokenEndpoint,
  userinfoEndpoint,
  jwksEndpoint,
  discoveryEndpoint,
  introspectionEndpoint,
  revocationEndpoint,
  deviceAuthorizationEndpoint,
  deviceEndpoint,
  backchannelAuthenticationEndpoint,
  cibaEndpoint,
  registrationEndpoint,
  registrationManagementEndpoint,
  resourceEndpoint,
  resourceMetadataEndpoint,
]
