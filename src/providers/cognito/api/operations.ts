/**
 * In this room: the operations of the JSON API, a file per topic, and the table of them; what they need of a pool is in `pool.ts`.
 * Elsewhere: the OAuth half, and what both share, one room up.
 */

import type { PoolCall, UserCall } from './admin-users.ts'
import * as users from './admin-users.ts'
import { adminInitiateAuth, type ClientCall, initiateAuth } from './authenticate.ts'
import { respondToAuthChallenge } from './challenges.ts'
import * as clients from './clients.ts'
import * as groups from './groups.ts'
import * as mfa from './mfa.ts'
import type { OwnCall } from './own-account.ts'
import * as account from './own-account.ts'
import type { FreeCall } from './pools.ts'
import * as pools from './pools.ts'
import * as registration from './sign-up.ts'
import * as tokens from './tokens.ts'

/** What an operation answers, or a promise of it; nothing for those whose answer has no body. */
type Answer = unknown

/** The operations of a client: `ClientId` says which, and so which pool. */
export const clientOperations = new Map<string, (call: ClientCall) => Answer>([
  ['InitiateAuth', initiateAuth],
  ['RespondToAuthChallenge', respondToAuthChallenge],
  ['SignUp', registration.signUp],
  ['ConfirmSignUp', registration.confirmSignUp],
  ['ResendConfirmationCode', registration.resendConfirmationCode],
  ['ForgotPassword', registration.forgotPassword],
  ['ConfirmForgotPassword', registration.confirmForgotPassword],
  ['RevokeToken', tokens.revokeToken],
  ['GetTokensFromRefreshToken', tokens.getTokensFromRefreshToken],
])

/** Those of a client in the hands of an administrator: `UserPoolId` stands beside it. */
export const adminClientOperations = new Map<string, (call: ClientCall) => Answer>([
  ['AdminInitiateAuth', adminInitiateAuth],
  ['AdminRespondToAuthChallenge', respondToAuthChallenge],
])

/** Those of a user for himself, with `AccessToken`. */
export const ownOperations = new Map<string, (call: OwnCall) => Answer>([
  ['GetUser', account.getUser],
  ['UpdateUserAttributes', account.updateUserAttributes],
  ['DeleteUserAttributes', account.deleteUserAttributes],
  ['DeleteUser', account.deleteUser],
  ['ChangePassword', account.changePassword],
  ['GlobalSignOut', account.globalSignOut],
  ['GetUserAttributeVerificationCode', account.getUserAttributeVerificationCode],
  ['VerifyUserAttribute', account.verifyUserAttribute],
  ['SetUserMFAPreference', mfa.setPreference],
])

/** Those that set up a second factor, with `AccessToken` or in the session of a sign-in that asks for one. */
export const setupOperations = new Map<string, (call: mfa.SetupCall) => Answer>([
  ['AssociateSoftwareToken', mfa.associateSoftwareToken],
  ['VerifySoftwareToken', mfa.verifySoftwareToken],
])

/** Those about a user of a pool: `UserPoolId` and `Username`. */
export const userOperations = new Map<string, (call: UserCall) => Answer>([
  ['AdminGetUser', users.adminGetUser],
  ['AdminSetUserPassword', users.adminSetUserPassword],
  ['AdminResetUserPassword', users.adminResetUserPassword],
  ['AdminConfirmSignUp', users.adminConfirmSignUp],
  ['AdminUpdateUserAttributes', users.adminUpdateUserAttributes],
  ['AdminDeleteUserAttributes', users.adminDeleteUserAttributes],
  ['AdminDeleteUser', users.adminDeleteUser],
  ['AdminDisableUser', users.adminDisableUser],
  ['AdminEnableUser', users.adminEnableUser],
  ['AdminUserGlobalSignOut', users.adminUserGlobalSignOut],
  ['AdminSetUserMFAPreference', mfa.setPreference],
  ['AdminAddUserToGroup', groups.adminAddUserToGroup],
  ['AdminRemoveUserFromGroup', groups.adminRemoveUserFromGroup],
  ['AdminListGroupsForUser', groups.adminListGroupsForUser],
])

/** Those about a pool: `UserPoolId`. */
export const poolOperations = new Map<string, (call: PoolCall, free: FreeCall) => Answer>([
  ['AdminCreateUser', users.adminCreateUser],
  ['ListUsers', users.listUsers],
  ['CreateGroup', groups.createGroup],
  ['GetGroup', groups.getGroup],
  ['UpdateGroup', groups.updateGroup],
  ['DeleteGroup', groups.deleteGroup],
  ['ListGroups', groups.listGroups],
  ['ListUsersInGroup', groups.listUsersInGroup],
  ['DescribeUserPool', pools.describeUserPool],
  ['UpdateUserPool', pools.updateUserPool],
  ['DeleteUserPool', pools.deleteUserPool],
  ['AddCustomAttributes', pools.addCustomAttributes],
  ['SetUserPoolMfaConfig', pools.setUserPoolMfaConfig],
  ['GetUserPoolMfaConfig', pools.getUserPoolMfaConfig],
  ['CreateUserPoolDomain', pools.createUserPoolDomain],
  ['DeleteUserPoolDomain', pools.deleteUserPoolDomain],
  ['CreateResourceServer', pools.createResourceServer],
  ['DescribeResourceServer', pools.describeResourceServer],
  ['DeleteResourceServer', pools.deleteResourceServer],
  ['ListResourceServers', pools.listResourceServers],
  ['CreateUserPoolClient', clients.createUserPoolClient],
  ['DescribeUserPoolClient', clients.describeUserPoolClient],
  ['UpdateUserPoolClient', clients.updateUserPoolClient],
  ['DeleteUserPoolClient', clients.deleteUserPoolClient],
  ['ListUserPoolClients', clients.listUserPoolClients],
  ['GetSigningCertificate', tokens.getSigningCertificate],
])

/** Those that name no pool that is there. */
export const freeOperations = new Map<string, (call: FreeCall) => Answer>([
  ['CreateUserPool', pools.createUserPool],
  ['ListUserPools', pools.listUserPools],
  ['DescribeUserPoolDomain', pools.describeUserPoolDomain],
])

/** Whether AWS authorizes an operation by IAM, so that its requests are signed. */
export function isAdministrative(operation: string): boolean {
  return [adminClientOperations, userOperations, poolOperations, freeOperations].some((operations) => operations.has(operation))
}

/** Operations of the vendor's that are known and not built. */
export const knownOperations: ReadonlySet<string> = new Set([
  ...['AdminDisableProviderForUser', 'AdminForgetDevice', 'AdminGetDevice', 'AdminLinkProviderForUser', 'AdminListDevices'],
  ...[
    'AdminListUserAuthEvents',
    'AdminSetUserSettings',
    'AdminUpdateAuthEventFeedback',
    'AdminUpdateDeviceStatus',
    'CompleteWebAuthnRegistration',
  ],
  ...['ConfirmDevice', 'CreateIdentityProvider', 'CreateManagedLoginBranding', 'CreateUserImportJob', 'DeleteIdentityProvider'],
  ...['DeleteManagedLoginBranding', 'DeleteWebAuthnCredential', 'DescribeIdentityProvider', 'DescribeManagedLoginBranding'],
  ...[
    'DescribeManagedLoginBrandingByClient',
    'DescribeRiskConfiguration',
    'DescribeUserImportJob',
    'ForgetDevice',
    'GetCSVHeader',
    'GetDevice',
  ],
  ...['GetIdentityProviderByIdentifier', 'GetLogDeliveryConfiguration', 'GetUICustomization', 'GetUserAuthFactors', 'ListDevices'],
  ...['ListIdentityProviders', 'ListTagsForResource', 'ListUserImportJobs', 'ListWebAuthnCredentials', 'SetLogDeliveryConfiguration'],
  ...[
    'SetRiskConfiguration',
    'SetUICustomization',
    'SetUserSettings',
    'StartUserImportJob',
    'StartWebAuthnRegistration',
    'StopUserImportJob',
  ],
  ...[
    'TagResource',
    'UntagResource',
    'UpdateAuthEventFeedback',
    'UpdateDeviceStatus',
    'UpdateIdentityProvider',
    'UpdateManagedLoginBranding',
  ],
  ...['UpdateResourceServer', 'UpdateUserPoolDomain'],
])
