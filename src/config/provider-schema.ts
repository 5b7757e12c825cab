import { z } from 'zod'
import { templateProblems } from '../basics/template.ts'
import { clientAuthMethods } from '../oauth/clients/methods/registry.ts'
import { parameterNames } from '../oauth/endpoints/parameter-names.ts'
import { keyAlgs, signingAlgs } from '../oauth/jose/jws.ts'
import { endpoints } from '../oauth/model/endpoint.ts'
import { errorCodes } from '../oauth/model/errors.ts'
import { shortestHandle } from '../oauth/model/handle.ts'
import { claimNames, idTokenNames, secretProblem, userinfoNames } from '../oauth/tokens/template-values.ts'
import { alphabets, charactersOf } from '../providers/data/alphabet.ts'
import { answerNames, callbackErrorNames, callbackNames, documentNames, errorNames } from '../providers/data/answers.ts'
import type { ErrorWording, ProviderDeclaration, TokenDeclaration } from '../providers/data/declaration.ts'
import { accents } from '../providers/page-texts.ts'
import { hostedEndpoints } from '../providers/provider.ts'
import { standard } from '../providers/standard/standard.ts'
import { wholeSeconds } from '../sandbox/duration.ts'
import { commonSettings } from '../sandbox/settings-schema.ts'
import { templateSchema } from '../sandbox/template-schema.ts'
import { appSchema, userSchema } from './world-schema.ts'

/** A name of a provider or a sandbox. */
export const nameSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, { error: 'a name of a-z, 0-9 and "-", 1 to 63 characters' })
  .refine((name) => name !== 'dashboard', { error: 'a name other than dashboard' })

const hostSchema = z.string().regex(/^(?!localhost$)(?=.*[a-z])(\*\.)?[a-z0-9_]([a-z0-9_.-]{0,252}[a-z0-9])?$/i, {
  error: 'a host name without a port, or "*." and one',
})

const ownHost = hostSchema.refine((host) => !host.startsWith('*'), { error: 'one host name' })

/** Members as templates that may name what `known` has. */
const members = (known: readonly string[]) =>
  z.record(z.string(), templateSchema).superRefine((value, context) => {
    for (const { path, message } of templateProblems(value, known, secretProblem)) context.addIssue({ code: 'custom', path, message })
  })

/** A template of any shape that may name what `known` has. */
const template = (known: readonly string[]) =>
  templateSchema.superRefine((value, context) => {
    for (const { path, message } of templateProblems(value, known, secretProblem)) context.addIssue({ code: 'custom', path, message })
  })

const path = z
  .string()
  .regex(/^\/(?:[A-Za-z0-9._~/-]|(?<=\/)\{[a-z]\w*\}(?=\/|$))*$/, { error: 'a path that starts with "/", of letters, digits and . _ ~ -' })
  .refine((text) => !/^\/(_grantbox|dashboard)(\/|$)/i.test(text), { error: 'a path outside /_grantbox and /dashboard' })
  .refine((text) => !/\/\.well-known\/(openid-configuration|oauth-(authorization-server|protected-resource))(\/|$)/i.test(text), {
    error: 'a path that is not where metadata are',
  })

const endpointNames = [...new Set([...Object.keys(standard.paths), 'join'])].filter((name) => name !== 'discovery')
const pathsSchema = z.strictObject({
  ...Object.fromEntries(endpointNames.map((name) => [name, (name === 'token' ? path : path.nullable()).optional()])),
  discovery: z
    .array(z.enum(['openid-configuration', 'oauth-authorization-server']))
    .nullable()
    .optional(),
})

const spaceName = z.string().regex(/^[^/?#{}\s]{1,200}$/, { error: 'a name without blanks, slashes and braces' })
const spaces = z.record(
  z.string().regex(/^[a-z]\w*$/, { error: 'a name of letters, digits and _' }),
  z.strictObject({
    default: spaceName.describe('Where no path says.'),
    aliases: z.record(z.string().min(1), spaceName).optional().describe('Other words for a name.'),
    only: z.array(spaceName).min(1).optional().describe('All that there are; any when absent.'),
  }),
)

const alphabet = z
  .string()
  .refine(
    (text) =>
      Object.hasOwn(alphabets, text) ||
      (text.length >= 2 && text.length <= 256 && new Set(text).size === text.length && /^[\x21-\x7e]+$/.test(text)),
    { error: `one of ${Object.keys(alphabets).join(', ')}, or two and more different characters` },
  )
const idShape = {
  prefix: z
    .string()
    .regex(/^[\x21-\x7e]*$/, { error: 'printable ASCII characters' })
    .optional(),
  alphabet: alphabet
    .optional()
    .describe(`A name (${Object.keys(alphabets).join(', ')}) or the characters themselves; url_safe when absent.`),
}
const id = z.strictObject({ ...idShape, length: z.int().min(4).max(256) })
/** Whatever carries a row's key has room for it and for what cannot be guessed. */
const handle = <T extends z.ZodType<{ alphabet?: string | undefined; length: number }>>(schema: T) =>
  schema.superRefine(({ alphabet, length }, context) => {
    const characters = charactersOf(alphabet)
    if (characters.length < 2) return
    const least = shortestHandle(characters)
    if (length < least)
      context.addIssue({ code: 'custom', path: ['length'], message: `expected ${least} or more of these characters, got ${length}` })
  })

const opaque = handle(z.strictObject({ format: z.literal('opaque'), ...idShape, length: z.int().max(1024) }))
const jwt = z
  .strictObject({
    format: z.literal('jwt'),
    alg: z.enum(signingAlgs).optional().describe("The sandbox's signing_alg when absent."),
    header: members(['alg', 'kid']).optional().describe('Members keep their order.'),
    claims: members(claimNames).describe('Members keep their order; one claim is "{jti}".'),
    jti: handle(z.strictObject({ ...idShape, length: z.int().max(1024) })).optional(),
  })
  .superRefine(({ claims }, context) => {
    if (Object.values(claims).filter((claim) => claim === '{jti}').length === 1) return
    context.addIssue({ code: 'custom', path: ['claims'], message: 'expected one claim that is "{jti}": by it the token is found again' })
  })
const token: z.ZodType<TokenDeclaration> = z
  .discriminatedUnion('format', [opaque, jwt], { error: 'a token format: format is "opaque" or "jwt"' })
  .meta({ id: 'Token' })

const idToken = z.strictObject({
  claims: members(idTokenNames)
    .optional()
    .describe('Members keep their order; "*": "{claims}" brings all that OpenID Connect has and that is not named.'),
})
const userinfo = z.strictObject({
  scope: z
    .string()
    .min(1)
    .nullable()
    .optional()
    .describe("What a token must have been given for, null for nothing; openid when absent and the body is not the vendor's own."),
  body: members(userinfoNames).optional().describe('Members keep their order; "*": "{claims}" as in ID tokens.'),
})

const headers = z.record(
  z.string().regex(/^[A-Za-z0-9-]+$/, { error: "a header's name" }),
  z.string().regex(/^[\t\x20-\x7e\x80-\xff]*$/, { error: "a header's value in one line" }),
)
const encoding = z.enum(['json', 'form', 'form_unless_json'])

const answer = z.strictObject({
  body: members(answerNames)
    .refine((body) => /\{access_token[|}]/.test(JSON.stringify(body)), { error: 'expected {access_token} somewhere in the body' })
    .optional()
    .describe('Members keep their order.'),
  headers: headers.optional(),
  encoding: encoding.optional(),
})

const byCode = <T extends z.ZodType>(value: T) => z.partialRecord(z.enum([...errorCodes, 'default']), value)
const statusError = { error: 'a status from 200 to 599' }
const status = z.int(statusError).min(200, statusError).max(599, statusError)
const wording = {
  status: z
    .union([status, z.string().regex(/^\{settings\.\w+\}$/)], { error: 'a status from 200 to 599, or {settings.…}' })
    .optional()
    .describe('One for all errors of the protocol, as 200.'),
  statuses: byCode(status).optional(),
  names: byCode(z.string()).optional().describe('What the vendor calls them: {error}.'),
  numbers: byCode(z.union([z.number(), z.string()]))
    .optional()
    .describe("The vendor's numbers: {number}."),
  descriptions: byCode(z.string()).optional(),
  body: members(errorNames).optional(),
  bodies: byCode(members(errorNames)).optional(),
  headers: headers.optional(),
  encoding: encoding.optional(),
}
const wordingSchema = z.strictObject(wording) as unknown as z.ZodType<ErrorWording>
/** An error of the authorization endpoint is a redirect, which has no status, headers or encoding; signing out shows a page. */
const wordedEndpoints = endpoints.filter((name) => name !== 'authorize' && name !== 'end_session')
const redirectedErrors = z.strictObject({
  names: wording.names,
  numbers: wording.numbers,
  descriptions: wording.descriptions,
  body: members(callbackErrorNames).optional(),
  bodies: byCode(members(callbackErrorNames)).optional(),
}) as unknown as z.ZodType<ErrorWording>
const errors = z
  .strictObject({
    ...wording,
    endpoints: z
      .strictObject({
        ...Object.fromEntries(wordedEndpoints.map((name) => [name, wordingSchema.optional()])),
        authorize: redirectedErrors.optional().describe('What a redirect carries.'),
      })
      .optional()
      .describe('Where an endpoint says them otherwise.'),
    grant_types: z.record(z.string(), wordingSchema).optional().describe('Where a grant type says them otherwise.'),
  })
  .meta({ id: 'Errors' })

const text = z.string().min(1).max(200)
const texts = z.strictObject({
  title: text.optional(),
  logo: text.optional(),
  signInHeading: text.optional(),
  continueTo: text.optional(),
  usernamePlaceholder: text.optional(),
  usernamePrefix: text.optional(),
  passwordPlaceholder: text.optional(),
  signInButton: text.optional(),
  joinButton: text.optional(),
  continueHeading: text.optional(),
  accent: z.enum(accents).optional(),
})

const ownGrantType = z.strictObject({
  name: z.string().min(1),
  like: z.string().describe('The grant type as which it is answered.'),
  required: z.array(z.string().min(1)).optional().describe('Parameters that must come, beside those of the other.'),
})

/** A provider of the user's own. */
export const providerSchema = z
  .strictObject({
    extends: z.string().optional().describe('The provider that holds for whatever is not said; standard when absent.'),
    title: text.optional().describe('As the vendor writes itself.'),
    hosts: z.array(hostSchema).optional().describe("The vendor's own host names."),
    endpoint_hosts: z
      .strictObject(Object.fromEntries(hostedEndpoints.map((name) => [name, ownHost.optional()])))
      .optional()
      .describe('Which of them has an endpoint, or the issuer, where not all have everything.'),
    issuer_path: path.refine((one) => !one.endsWith('/'), { error: 'a path without a slash at its end' }).optional(),
    spaces: spaces.optional().describe('What may stand in the parts of paths in braces, by their names.'),
    paths: pathsSchema.optional().describe('Null takes an endpoint away.'),
    grant_types: z
      .array(z.union([z.string(), ownGrantType], { error: 'a grant type, or {"name", "like"} of one of the vendor\'s own' }))
      .min(1)
      .optional()
      .describe('Names; of those that no RFC has, what they are answered like.'),
    client_authentication: z
      .strictObject({
        methods: z.array(z.enum(clientAuthMethods)).min(1).optional(),
        secret_in: z.enum(['header', 'body']).optional(),
        grant_type_first: z.boolean().optional(),
      })
      .optional(),
    parameters: z
      .record(z.string().min(1), z.enum(parameterNames))
      .optional()
      .describe("The vendor's names of parameters, and the RFCs' names of the same."),
    scope_separator: z
      .string()
      .regex(/^[,;+|]$/, { error: 'one of , ; + |' })
      .optional()
      .describe('What stands between scopes in requests and answers; blanks are always taken.'),
    lifetimes: z
      .strictObject({
        access_token: wholeSeconds.optional(),
        refresh_token: wholeSeconds.optional(),
        code: wholeSeconds.optional(),
        id_token: wholeSeconds.optional(),
      })
      .optional()
      .describe('As "5m" or in seconds; 0 for a refresh token that does not expire.'),
    settings: commonSettings.optional(),
    scopes: z
      .array(
        z.union([z.string().min(1), z.strictObject({ name: z.string().min(1), description: z.string() })], {
          error: 'a scope, or its name and description',
        }),
      )
      .optional()
      .transform((scopes) => scopes?.map((scope) => (typeof scope === 'string' ? { name: scope, description: '' } : scope))),
    ids: z
      .strictObject({ client_id: id.optional(), client_secret: id.optional(), app_id: id.optional(), user_id: id.optional() })
      .optional(),
    signing: z
      .strictObject({
        alg: z.enum(signingAlgs).optional(),
        algs: z.array(z.enum(keyAlgs)).optional(),
        key_id: z
          .string()
          .refine((one) => one.includes('{number}') && templateProblems(one, ['alg', 'number']).length === 0, {
            error: 'a text with {number}, and {alg} when there are several algorithms',
          })
          .optional(),
      })
      .optional(),
    access_token: token.optional(),
    refresh_token: token.optional(),
    documents: z.record(path, template(documentNames)).optional().describe("What GET answers at paths of the vendor's own, as JSON."),
    id_token: idToken.optional(),
    userinfo: userinfo.optional(),
    token_response: answer.optional(),
    authorization_response: z
      .strictObject({
        body: members(callbackNames).describe('Members keep their order; "*": "{answer}" brings those of RFC 6749 that are not named.'),
      })
      .optional()
      .describe('What a redirect carries when the user agreed.'),
    errors: errors.optional(),
    texts: texts.optional(),
    company: text.optional(),
    apps: z.array(appSchema).optional(),
    users: z.array(userSchema).optional(),
  })
  .meta({ id: 'Provider' }) satisfies z.ZodType<ProviderDeclaration>
