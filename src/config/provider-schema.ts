import { z } from 'zod'
import { templateProblems } from '../basics/template.ts'
import { clientAuthMethods } from '../oauth/clients/methods/registry.ts'
import { parameterNames } from '../oauth/endpoints/parameter-names.ts'
import { keyAlgs, signingAlgs } from '../oauth/jose/jws.ts'
import { formEndpoints } from '../oauth/model/endpoint.ts'
import { idTokenNames, userinfoNames } from '../oauth/tokens/template-values.ts'
import { callbackNames, documentNames } from '../providers/data/answers.ts'
import type { ProviderDeclaration } from '../providers/data/declaration.ts'
import { accents } from '../providers/page-texts.ts'
import { hostedEndpoints } from '../providers/paths.ts'
import { standard } from '../providers/standard/standard.ts'
import { wholeSeconds } from '../sandbox/duration.ts'
import { commonSettings } from '../sandbox/settings-schema.ts'
import { spaceName } from '../sandbox/space-name.ts'
import { examSchema } from './exam-schema.ts'
import { members, template } from './members-schema.ts'
import { signIn } from './sign-in-schema.ts'
import { id, token } from './token-schema.ts'
import { answer, errors } from './wording-schema.ts'
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

const spaces = z.record(
  z.string().regex(/^[a-z]\w*$/, { error: 'a name of letters, digits and _' }),
  z.strictObject({
    default: spaceName.describe('Where no path says.'),
    aliases: z.record(z.string().min(1), spaceName).optional().describe('Other words for a name.'),
    only: z.array(spaceName).min(1).optional().describe('All that there are; any when absent.'),
    own: z
      .literal(true)
      .optional()
      .describe('Each has users, clients, keys and settings of its own. There is the default one, and what the control API makes.'),
  }),
)

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
  at: z
    .record(path, z.strictObject({ scope: z.string().min(1).nullable().optional(), body: members(userinfoNames) }))
    .optional()
    .describe("The vendor's other paths that tell of a token's user, each in its own words."),
})

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
    requests: z
      .strictObject({
        by_get: z.array(z.enum(formEndpoints)).optional().describe('Endpoints for clients that are asked by GET as well.'),
        query: z
          .strictObject(Object.fromEntries(formEndpoints.map((name) => [name, z.array(z.string().min(1)).optional()])))
          .optional()
          .describe('Parameters, by the names of the vendor, that an endpoint also takes from its query.'),
        secrets: z
          .array(z.string().min(1))
          .optional()
          .describe("The vendor's own names of what is secret: masked in the journal, refused in a query."),
        revokes_grants: z.boolean().optional().describe('Revoking an access token takes its whole grant along.'),
        required: z.array(z.enum(parameterNames)).optional().describe("What an authorization request must have beyond the RFCs' own."),
        refresh_scopes: z.array(z.string().min(1)).optional().describe('A refresh token comes with one of these scopes alone.'),
      })
      .optional()
      .describe('Where requests of clients differ from RFC 6749 §3.2.'),
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
    sign_in: signIn.optional(),
    company: text.optional(),
    exam: examSchema.optional().describe('What clients are examined for here, beside the rules that hold for all.'),
    apps: z.array(appSchema).optional(),
    users: z.array(userSchema).optional(),
  })
  .meta({ id: 'Provider' }) satisfies z.ZodType<ProviderDeclaration>
