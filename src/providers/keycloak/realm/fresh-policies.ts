import type { Members } from './members.ts'

function webAuthn(prefix: string, residentKey: string, verification: string): Members {
  const members = {
    RpEntityName: 'keycloak',
    SignatureAlgorithms: ['ES256', 'RS256'],
    RpId: '',
    AttestationConveyancePreference: 'not specified',
    AuthenticatorAttachment: 'not specified',
    RequireResidentKey: 'not specified',
    ResidentKey: residentKey,
    UserVerificationRequirement: verification,
    CreateTimeout: 0,
    AvoidSameAuthenticatorRegister: false,
    AcceptableAaguids: [],
    ExtraOrigins: [],
  }
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [prefix + name, value]))
}

/** What a new realm says of second factors and of browsers; it is shown, and nothing here acts on it. */
export const freshPolicies: Members = {
  otpPolicyType: 'totp',
  otpPolicyAlgorithm: 'HmacSHA1',
  otpPolicyInitialCounter: 0,
  otpPolicyDigits: 6,
  otpPolicyLookAheadWindow: 1,
  otpPolicyPeriod: 30,
  otpPolicyCodeReusable: false,
  otpSupportedApplications: ['totpAppFreeOTPName', 'totpAppGoogleName', 'totpAppMicrosoftAuthenticatorName'],
  ...webAuthn('webAuthnPolicy', 'not specified', 'not specified'),
  ...webAuthn('webAuthnPolicyPasswordless', 'required', 'required'),
  browserSecurityHeaders: {
    contentSecurityPolicyReportOnly: '',
    xContentTypeOptions: 'nosniff',
    referrerPolicy: 'no-referrer',
    xRobotsTag: 'none',
    xFrameOptions: 'SAMEORIGIN',
    contentSecurityPolicy: "frame-src 'self'; frame-ancestors 'self'; object-src 'none';",
    strictTransportSecurity: 'max-age=31536000; includeSubDomains',
  },
}

/** The realm's attributes, with the lifetimes that stand there as well. */
export function freshAttributes({ oauth2DeviceCodeLifespan, oauth2DevicePollingInterval }: Members): Members {
  return {
    cibaBackchannelTokenDeliveryMode: 'poll',
    cibaExpiresIn: '120',
    cibaAuthRequestedUserHint: 'login_hint',
    oauth2DeviceCodeLifespan: String(oauth2DeviceCodeLifespan),
    oauth2DevicePollingInterval: String(oauth2DevicePollingInterval),
    parRequestUriLifespan: '60',
    cibaInterval: '5',
    realmReusableOtpCode: 'false',
  }
}
