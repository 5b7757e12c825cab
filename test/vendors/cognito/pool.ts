import { createHash } from 'node:crypto'
import { Jar } from '../../support/browser-jar.ts'
import type { TestServer } from '../../support/server.ts'

export const pool = 'us-east-1_Grantbox1'
export const web = { client_id: 'grantbox0web0client0000001', client_secret: `grantbox0web0secret${'0'.repeat(32)}1` }
export const spa = { client_id: 'grantbox0spa0client0000001' }
export const machine = { client_id: 'grantbox0m2m0client0000001', client_secret: `grantbox0m2m0secret${'0'.repeat(32)}1` }
export const callback = 'http://localhost:3000/callback'
export const verifier = 'v'.repeat(43)
export const challenge = createHash('sha256').update(verifier).digest('base64url')
export const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

type Members = Record<string, unknown>

/** An answer, as far as it is bytes. */
export interface Answer {
  status: number
  headers: Headers
  text: string
  json: Members
}

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text()
  let json: Members = {}
  try {
    json = JSON.parse(text) as Members
  } catch {
    // No JSON.
  }
  return { status: response.status, headers: response.headers, text, json }
}

/** Posts a form. */
export async function post(url: string, form: Record<string, string>, headers: Record<string, string> = {}): Promise<Answer> {
  return answerOf(await fetch(url, { method: 'POST', headers, body: new URLSearchParams(form) }))
}

export async function get(url: string, headers: Record<string, string> = {}): Promise<Answer> {
  return answerOf(await fetch(url, { headers, redirect: 'manual' }))
}

/** What users and clients do themselves, which AWS's model of the API calls unsigned; IAM authorizes all the rest. */
const unsigned = new RegExp(
  `^(${[
    ...['AssociateSoftwareToken', 'ChangePassword', 'CompleteWebAuthnRegistration', 'ConfirmDevice', 'ConfirmForgotPassword'],
    ...['ConfirmSignUp', 'DeleteUser', 'DeleteUserAttributes', 'DeleteWebAuthnCredential', 'ForgetDevice', 'ForgotPassword', 'GetDevice'],
    ...['GetTokensFromRefreshToken', 'GetUser', 'GetUserAttributeVerificationCode', 'GetUserAuthFactors', 'GlobalSignOut'],
    ...['InitiateAuth', 'ListDevices', 'ListWebAuthnCredentials', 'ResendConfirmationCode', 'RespondToAuthChallenge', 'RevokeToken'],
    ...['SetUserMFAPreference', 'SetUserSettings', 'SignUp', 'StartWebAuthnRegistration', 'UpdateAuthEventFeedback'],
    ...['UpdateDeviceStatus', 'UpdateUserAttributes', 'VerifySoftwareToken', 'VerifyUserAttribute'],
  ].join('|')})$`,
)

export const isSigned = (operation: string) => !unsigned.test(operation)

/** What an SDK sends beside an operation that IAM authorizes, whatever the credentials. */
export const signature = {
  authorization: `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260131/us-east-1/cognito-idp/aws4_request, SignedHeaders=host;x-amz-date;x-amz-target, Signature=${'0'.repeat(64)}`,
  'x-amz-date': '20260131T120000Z',
}

/** An operation of the JSON API, signed as SDKs do. */
export async function operate(base: string, operation: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  return answerOf(
    await fetch(`${base}/`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/x-amz-json-1.1',
        'X-Amz-Target': `AWSCognitoIdentityProviderService.${operation}`,
        ...(isSigned(operation) && signature),
        ...headers,
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    }),
  )
}

/** Where an authorization request goes. */
export function authorizeUrl(base: string, parameters: Record<string, string | undefined> = {}): string {
  const url = new URL(`${base}/oauth2/authorize`)
  const all = { response_type: 'code', client_id: web.client_id, redirect_uri: callback, state: 'x y', ...parameters }
  for (const [name, value] of Object.entries(all)) if (value !== undefined) url.searchParams.set(name, value)
  return url.href
}

/** Signs alice in, in a new browser unless one is given, and gives the way back to the client. */
export async function callbackOf(
  { url }: Pick<TestServer, 'url'>,
  parameters: Record<string, string | undefined> = {},
  { jar = new Jar(), username = 'alice', password = 'Password1!' } = {},
): Promise<URL> {
  const base = `${url}/cognito`
  const first = await jar.open(authorizeUrl(base, parameters))
  const page = first.location?.pathname === '/cognito/login' ? await jar.open(first.location.href) : first
  const end = page.location === undefined ? await jar.post(page, base, { username, password }) : page
  if (end.location === undefined) throw new Error(`no redirect but ${end.status}: ${end.html}`)
  return end.location
}

/** A code for the confidential client. */
export async function codeFor(server: Pick<TestServer, 'url'>, parameters: Record<string, string | undefined> = {}): Promise<string> {
  return (await callbackOf(server, parameters)).searchParams.get('code') ?? ''
}

/** The members of a JWT's parts, and their bytes. */
export function decoded(jwt: unknown) {
  const [header = '', claims = ''] = String(jwt)
    .split('.')
    .map((part) => Buffer.from(part, 'base64url').toString())
  return { header, claims: JSON.parse(claims) as Members }
}
