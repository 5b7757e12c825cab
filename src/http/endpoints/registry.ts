/**
 * In this room: the handlers of the protocol's endpoints, one file each but for those that take a form: they decode the request, call `oauth/` and answer.
 * Elsewhere: a vendor's own API (`providers/`).
 */

import type { ProtocolEndpoint } from '../endpoint.ts'
import { accountPagesEndpoint } from './account-pages.ts'
import { authorizeEndpoint } from './authorize.ts'
import { cibaEndpoint } from './ciba.ts'
import { deviceEndpoint } from './device.ts'
import { discoveryEndpoint } from './discovery.ts'
import { endSessionEndpoint } from './end-session.ts'
import { errorPageEndpoint } from './error-page.ts'
import { formEndpoints } from './form-endpoints.ts'
import { jwksEndpoint } from './jwks.ts'
import { newUserEndpoint } from './new-user.ts'
import { registrationEndpoint, registrationManagementEndpoint } from './registration.ts'
import { resourceEndpoint, resourceMetadataEndpoint } from './resource.ts'
import { userinfoEndpoint } from './userinfo.ts'

/** Every protocol endpoint; a provider has those whose paths it names. */
export const protocolEndpoints: readonly ProtocolEndpoint[] = [
  ...formEndpoints,
  authorizeEndpoint,
  newUserEndpoint,
  accountPagesEndpoint,
  errorPageEndpoint,
  endSessionEndpoint,
  userinfoEndpoint,
  jwksEndpoint,
  discoveryEndpoint,
  deviceEndpoint,
  cibaEndpoint,
  registrationEndpoint,
  registrationManagementEndpoint,
  resourceEndpoint,
  resourceMetadataEndpoint,
]
