import { z } from 'zod'
import { isPlaceholder, templateProblems } from '../basics/template.ts'
import { readCertificates } from '../oauth/clients/certificate-chain.ts'
import { signingAlgs } from '../oauth/jose/jws.ts'
import { claimNames, idTokenNames, secretProblem, userinfoNames } from '../oauth/tokens/template-values.ts'
import type { SchemaKit } from '../providers/own-settings.ts'
import type { Provider } from '../providers/provider.ts'
import { wholeSeconds } from './duration.ts'
import type { SandboxSettings } from './settings.ts'
import { templateSchema } from './template-schema.ts'

const issuerUrl = z.string().refine((text) => /^https?:\/\/[^/?#\s@]+[^?#\s]*$/.test(text) && URL.canParse(text), {
  error: 'an http or https URL without query, fragment and credentials',
})
/** An issuer stays as it is, to the byte; other addresses end without a slash. */
const baseUrl = issuerUrl.overwrite((url) => url.replace(/(?<!\/)\/+$/, ''))

/** Claims as templates that may name what `known` has. */
function claimTemplates(known: readonly string[]) {
  return z
    .record(z.string().min(1), templateSchema)
    .superRefine((value, context) => {
      const all = value['*']
      const problems = templateProblems(value, known, secretProblem)
      if (all !== undefined && (typeof all !== 'string' || !isPlaceholder(all))) {
        problems.push({ path: ['*'], message: 'expected one value alone, as {user.claims}' })
      }
      for (const { path, message } of problems) context.addIssue({ code: 'custom', path, message })
    })
    .optional()
}

/** Certificates as PEM, which has lines. */
export const certificates = z.string().refine(isCertificates, { error: 'certificates as PEM' })

const claimsByPlace = z.strictObject({
  access_token: claimTemplates(claimNames),
  id_token: claimTemplates(idTokenNames),
  userinfo: claimTemplates(userinfoNames),
  introspection: claimTemplates(claimNames),
})

/** Texts by the names of parameters, none of them a secret. */
const condition = z.record(z.string().min(1), z.string()).superRefine((when, context) => {
  for (const name of Object.keys(when)) {
    const problem = secretProblem(`parameters.${name}`)
    if (problem !== undefined) context.addIssue({ code: 'custom', path: [name], message: `expected ${problem}` })
  }
})

const described = z.record(z.string().regex(/^\S+$/), z.string())

const apiSchema = z.strictObject({
  identifier: z.string().min(1),
  name: z.string().optional(),
  client_id: z.string().optional(),
  scopes: described.optional(),
  roles: described.optional(),
  token_format: z.enum(['jwt', 'opaque']).optional(),
  token_version: z.string().optional(),
  access_token_ttl: wholeSeconds.optional(),
})

const signingAlg = z.enum(signingAlgs)

/** What a sandbox may set, by the heading under which people look for it. */
export const settingsByGroup = {
  lives: {
    access_token_ttl: wholeSeconds.describe('How long access tokens live.'),
    refresh_token_ttl: wholeSeconds.describe('How long refresh tokens live; 0 is for good.'),
    code_ttl: wholeSeconds.describe('How long codes live.'),
    id_token_ttl: wholeSeconds.describe('How long ID tokens live.'),
    device_code_ttl: wholeSeconds.describe('How long device codes live.'),
    device_interval: wholeSeconds.describe('How long a device waits between two polls.'),
    backchannel_ttl: wholeSeconds.describe('How long a backchannel request waits for its user, unless the client asks otherwise.'),
    backchannel_interval: wholeSeconds.describe('How long a client waits between two polls for a backchannel request.'),
    session_ttl: wholeSeconds.describe('How long a browser stays signed in.'),
    reported_expires_in: wholeSeconds.describe('What expires_in says instead of the truth.'),
  },
  rules: {
    strictness: z
      .enum(['vendor', 'rfc', 'lenient'])
      .describe('As the vendor does, OAuth 2.1 practice on top (rfc), or lenient: unregistered clients, redirect URIs and scopes pass.'),
    redirect_uri_match: z
      .enum(['exact', 'wildcard', 'subdirectory', 'prefix'])
      .describe(
        'How redirect URIs are compared with the registered ones: `exact`; `wildcard`, where * stands within one label of the host or one segment of the path; `subdirectory`, with more segments; `prefix`, with a longer path.',
      ),
    json_token_requests: z.boolean().describe('Whether the endpoints for clients take JSON as well as forms.'),
    query_token_requests: z
      .boolean()
      .describe('Whether they take all parameters in the query, which RFC 6749 §3.2 forbids and Postman can be told to do.'),
    require_pushed_authorization_requests: z.boolean().describe('Refuses authorization requests that were not pushed (RFC 9126 §5).'),
    dpop_nonce: z
      .enum(['off', 'required'])
      .describe('Whether DPoP proofs must carry a nonce of ours, which lives five minutes (RFC 9449 §8).'),
    acr_values: z
      .array(z.string().regex(/^\S+$/))
      .describe('The authentication context classes that a client may ask for; any when absent.'),
  },
  users: {
    auto_sign_in: z
      .string()
      .min(1)
      .describe(
        'Signs in without a page: a username, or `login_hint` for whom the request names. For every `prompt` but `none`, at registered redirect URIs alone.',
      ),
    auto_continue: z.boolean().describe('Goes on to the client without asking whether to continue.'),
    auto_consent: z.boolean().describe('Gives what is asked for without showing the consent page.'),
  },
  tokens: {
    rotation: z
      .enum(['lenient', 'strict', 'off', 'keep'])
      .describe(
        'A refresh token works until its successor was used (lenient), once (strict), or for good, with new ones beside it (keep) or without (off). One that is used later revokes its grant.',
      ),
    rotation_grace: wholeSeconds.describe('How long a strictly rotated refresh token still answers, for clients that refresh in parallel.'),
    access_token_format: z.enum(['jwt', 'opaque']).describe('Whether access tokens can be read or must be introspected.'),
    code_format: z
      .enum(['vendor', 'long'])
      .describe("Codes as the vendor's, or of 1,500 characters with -._~+/= among them, which a client must give back byte for byte."),
    claims: claimsByPlace.describe(
      'Claims that tokens and answers have beside their own, as templates: {"access_token": {"roles": "{user.claims.roles}"}}.',
    ),
    claims_when: z
      .array(z.strictObject({ when: condition, claims: claimsByPlace }))
      .describe(
        'Claims for some tokens alone, over those of claims: the first rule counts of which all in when is true. It names client_id, username, scope, grant_type or any parameter of the request; * stands for any characters.',
      ),
    claims_in_access_token: z
      .boolean()
      .describe('Puts the claims of users and clients into access tokens and into what introspection tells of them.'),
    scope_claims_in_id_token: z
      .boolean()
      .describe('Puts the claims that the scope asks for into every ID token; else they are at userinfo (OpenID Connect Core §5.4).'),
  },
  keys: {
    signing_alg: signingAlg.describe('What signs access tokens.'),
    id_token_signing_alg: signingAlg.describe(
      'What signs ID tokens for clients that registered no algorithm; RS256 when absent, or signing_alg where the provider has no RSA key. RS256 costs about 0.3 ms of CPU for each ID token, ES256 a tenth of it.',
    ),
    signing_secret: z.string().min(1).describe('The key of HS256, HS384 and HS512; made up for each sandbox when absent.'),
    x5c: z.boolean().describe('Publishes a certificate with each key of the key set, as some clients ask for (RFC 7517 §4.7).'),
  },
  clients: {
    registration: z
      .enum(['open', 'token', 'off'])
      .describe('Who may register clients: anybody, whoever has registration_token, or nobody.'),
    registration_token: z.string().min(1).describe('The initial access token of registration (RFC 7591 §3).'),
    assertion_issuers: z
      .record(z.string().min(1), z.strictObject({ jwks: z.object({ keys: z.array(z.record(z.string(), z.unknown())) }) }))
      .describe('Who may vouch for users with a signed assertion (RFC 7523), by iss, with the public keys.'),
    trusted_client_ca: certificates.describe(
      'PEM of the authorities that certificates of clients (tls_client_auth) are checked against; without it any certificate with the registered subject will do, whoever issued it.',
    ),
    resources: z
      .array(z.string())
      .describe('The resources and audiences that clients may ask for (RFC 8707); any when absent, or those of apis.'),
    apis: z
      .array(apiSchema)
      .describe('The APIs that access tokens are for: what clients call each by, its scopes and roles, the form and life of its tokens.'),
    documents: z.record(z.url(), z.unknown()).describe('JSON documents by the URL under which clients refer to them, such as a jwks_uri.'),
    outbound: z
      .enum(['private', 'any'])
      .describe(
        "Whom grantbox may call of its own accord, such as a client's jwks_uri: hosts on this machine and private networks, or any. Link-local addresses and clouds' metadata are never called.",
      ),
  },
  addresses: {
    issuer: issuerUrl.describe('Fixes the issuer; without it that is the base URL as the client addressed it.'),
    public_url: baseUrl.describe('The base URL that browsers use, when it is not the one that clients use.'),
    internal_url: baseUrl.describe('The base URL that other containers use.'),
    alias_path: z
      .string()
      .regex(/^(\/\w[\w.-]*)+$/, { error: 'a path such as /moved' })
      .describe(
        'Discovery names the token endpoint and the key set below this path, where they answer, too: for clients that should read it.',
      ),
  },
  journal: {
    show_secrets: z.boolean().describe('Shows secrets and tokens in the journal as they came.'),
  },
} satisfies Record<string, Partial<Record<keyof SandboxSettings, z.ZodType>>>

const commonShape = {
  ...settingsByGroup.lives,
  ...settingsByGroup.rules,
  ...settingsByGroup.users,
  ...settingsByGroup.tokens,
  ...settingsByGroup.keys,
  ...settingsByGroup.clients,
  ...settingsByGroup.addresses,
  ...settingsByGroup.journal,
} satisfies Record<keyof SandboxSettings, z.ZodType>

/** The settings that every provider's sandbox has, in a request's body; null takes back what the sandbox had said. */
export const commonSettings = z.looseObject(nullable(commonShape))

/** What each setting of a provider's sandbox accepts, by name, the vendor's own first. */
export function settingsShape(provider: Provider): Record<string, z.ZodType> {
  return { ...ownShape(provider), ...commonShape }
}

/** To make one takes as long as to fill a sandbox. */
const made = new WeakMap<Provider, z.ZodType<Record<string, unknown>>>()

/** The settings of one provider's sandbox, in a request's body, its own among them; null takes back what the sandbox had said. */
export function settingsSchema(provider: Provider): z.ZodType<Record<string, unknown>> {
  const schema = made.get(provider) ?? makeSchema(provider)
  made.set(provider, schema)
  return schema
}

function makeSchema(provider: Provider): z.ZodType<Record<string, unknown>> {
  return z.strictObject({ ...nullable(ownShape(provider)), ...commonSettings.shape })
}

/** Named one by one: the whole namespace would bring the whole package into the bundle. */
export const schemaKit: SchemaKit = {
  z: {
    array: z.array,
    boolean: z.boolean,
    enum: z.enum,
    int: z.int,
    literal: z.literal,
    number: z.number,
    record: z.record,
    strictObject: z.strictObject,
    string: z.string,
    unknown: z.unknown,
  },
  wholeSeconds,
}

/** What a provider's own settings accept, by name. */
export function ownShape({ own_settings = {} }: Provider): Record<string, z.ZodType> {
  return Object.fromEntries(
    Object.entries(own_settings).map(([name, setting]) => [name, setting.accepts(schemaKit).describe(setting.says)]),
  )
}

function isCertificates(text: string): boolean {
  try {
    return readCertificates(text).length > 0
  } catch {
    return false
  }
}

/** Null takes back what was said, and what is absent stays. */
export function nullable<Shape extends Record<string, z.ZodType>>(shape: Shape) {
  return Object.fromEntries(Object.entries(shape).map(([name, schema]) => [name, schema.nullable().optional()])) as {
    [K in keyof Shape]: z.ZodOptional<z.ZodNullable<Shape[K]>>
  }
}
