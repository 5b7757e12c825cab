import { randomUUID } from 'node:crypto'
import { compile, compileMembers, type Filled, type Template, type Values } from '../../basics/template.ts'
import { statusFor } from '../../oauth/model/error-codes.ts'
import { type OAuthError, wireCode } from '../../oauth/model/errors.ts'
import type { IssuedTokens, TokenMaterial } from '../../oauth/model/token-profile.ts'
import type { CallbackWording } from '../../oauth/realm/context.ts'
import { partyNames, partyValues } from '../../oauth/tokens/template-values.ts'
import type { Provider, Reply, Route } from '../provider.ts'
import type { Encoding, ErrorsDeclaration, ErrorWording } from './declaration.ts'

/** What a token answer may be made of; `docs/providers.md` says what each is. */
export const answerNames: readonly string[] = [
  ...['access_token', 'refresh_token', 'id_token', 'token_type', 'issued_token_type', 'expires_in', 'expires_at', 'issued_at'],
  ...['scope', 'changed_scope', 'client_id', 'app_id', 'user_id', 'username', 'email', 'user', 'settings', 'company', 'path'],
]

/** The successful answer of a template. */
export function tokenResponse(template: { readonly [member: string]: Template }) {
  const fill = compileMembers(template)
  return (issued: IssuedTokens, { settings, company }: TokenMaterial): Record<string, unknown> => {
    const { user, client, scope } = issued
    return fill({
      ...issued,
      scope: scope === '' ? undefined : scope,
      changed_scope: issued.scope_differs ? scope : undefined,
      expires_at: issued.expires_in === undefined ? undefined : issued.issued_at + issued.expires_in,
      client_id: client.client_id,
      app_id: client.app.app_id,
      user_id: user?.user_id,
      username: user?.username,
      email: user?.email ?? undefined,
      user: user?.claims,
      settings,
      company,
      path: issued.space?.path,
    })
  }
}

/** What the members of a redirect may be made of; `answer` is all that RFC 6749 would put there. */
export const callbackNames: readonly string[] = [
  ...['code', 'state', 'iss', 'access_token', 'token_type', 'expires_in', 'id_token', 'answer'],
  ...partyNames.filter((name) => name !== 'parameters'),
]

/** What the members of a redirect with an error may be made of. */
export const callbackErrorNames: readonly string[] = [
  'error',
  'code',
  'number',
  'description',
  'state',
  'iss',
  'client_id',
  'settings',
  'path',
  'reason',
  'about',
]

const rfcErrorMembers = { error: '{error}', error_description: '{description}', state: '{state}', iss: '{iss}' }

/** What a client is told at its redirect URI as a declaration words it. */
export function callbackWording(success: Template, error: ErrorWording | undefined, separator = ' '): CallbackWording {
  const fill = compileMembers(success as Members)
  const { names, numbers, descriptions, body = rfcErrorMembers, bodies = {} } = error ?? {}
  const ownOf = reasonWordings(error?.reasons)
  const fillError = compileMembers(body)
  const fillOf = new Map(Object.entries(bodies).map(([code, template]) => [code, compileMembers(template)]))
  return ({ parameters, client, user, error, grant }, { realm, space }) => {
    const { error: code, state, iss } = parameters
    if (code === undefined) {
      const separated = (scope: string | undefined) => scope?.replaceAll(' ', separator)
      const scope = separated(grant?.scope || parameters.scope)
      const party = partyValues({ client, user, scope: scope ?? '', parameters: {}, space }, realm)
      return texts(fill(Object.assign(party, parameters, { scope, answer: { ...parameters, scope: separated(parameters.scope) } })))
    }
    const own = ownOf(error)
    const values = {
      ...{ code, state, iss, client_id: client.client_id, settings: realm.settings, path: space?.path },
      ...{ error: own?.name ?? lookUp(names, code) ?? code, number: own?.number ?? lookUp(numbers, code) },
      ...{ reason: error?.reason, about: error?.about },
    }
    const description = own?.describe(values) ?? lookUp(descriptions, code) ?? parameters.error_description
    return texts((own?.fill ?? fillOf.get(code) ?? fillError)({ ...values, description }))
  }
}

type Members = { readonly [member: string]: Template }

/** Members as a redirect carries them. */
function texts(members: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(members).map(([name, value]) => [name, typeof value === 'object' ? JSON.stringify(value) : String(value)]),
  )
}

/** What a document may be made of. */
export const documentNames: readonly string[] = ['base_url', 'issuer', 'parameters', 'path', 'settings', 'company', 'uuid']

/** Documents at paths of the vendor's own. */
export function documentRoutes(documents: Readonly<Record<string, Template>>): Route[] {
  return Object.entries(documents).map(([path, template]) => {
    const fill = compile(template)
    return {
      method: 'GET',
      path,
      handle({ context, base_url, settings, query }) {
        const { realm, issuer, space } = context
        const values = { base_url, issuer, parameters: query, path: space?.path, settings, company: realm.company, uuid: randomUUID() }
        return Promise.resolve({ status: 200, body: fill(values) })
      },
    }
  })
}

/** Sends members as the vendor does. */
export function replier(headers: Readonly<Record<string, string>> = {}, encoding: Encoding = 'json') {
  const ownHeaders = Object.entries(headers).map(([name, template]) => [name, compile(template)] as const)
  const filledHeaders = (values: Values) => Object.fromEntries(ownHeaders.map(([name, fill]) => [name, String(fill(values))]))
  return (
    status: number,
    members: Record<string, unknown>,
    accept: string | undefined,
    own: Readonly<Record<string, string>> = {},
  ): Reply => {
    const all = { ...own, ...filledHeaders({ status }) }
    const asForm = encoding === 'form' || (encoding === 'form_unless_json' && !/\bjson\b/i.test(accept ?? ''))
    if (!asForm) return { status, headers: all, body: members }
    const form = new URLSearchParams()
    for (const [name, value] of Object.entries(members)) form.set(name, typeof value === 'object' ? JSON.stringify(value) : String(value))
    return { status, headers: { ...all, 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' }, body: form.toString() }
  }
}

/** What an error may be made of; `docs/providers.md` says what each is. */
export const errorNames: readonly string[] = [
  ...['error', 'code', 'reason', 'about', 'number', 'description', 'status', 'grant_type', 'settings', 'path', 'uuid'],
]

/** What is said of an error whose reason the vendor words, ready to be filled. */
function reasonWordings(reasons: ErrorWording['reasons'] = {}) {
  const wordings = new Map(
    Object.entries(reasons).map(([reason, { description, body, ...fixed }]) => [
      reason,
      {
        ...fixed,
        describe: description === undefined ? () => undefined : compile(description),
        fill: body === undefined ? undefined : compileMembers(body),
      },
    ]),
  )
  return (error: OAuthError | undefined) => (error?.reason === undefined ? undefined : wordings.get(error.reason))
}

type Wording = (error: OAuthError, values: Values, accept: string | undefined) => Reply

/** What is said in general, and what somewhere: a key as a whole, but reasons one by one. */
export function overlaid(common: ErrorWording, own: ErrorWording = {}): ErrorWording {
  return { ...common, ...own, reasons: { ...common.reasons, ...own.reasons } }
}

/** Errors as a declaration words them. */
export function errorReply({ endpoints = {}, grant_types = {}, ...common }: ErrorsDeclaration): Provider['errorReply'] {
  const usual = wording(common)
  const byEndpoint = new Map(Object.entries(endpoints).map(([name, own]) => [name, wording(overlaid(common, own))]))
  const atToken = overlaid(common, endpoints.token)
  const byGrantType = new Map(Object.entries(grant_types).map(([name, own]) => [name, wording(overlaid(atToken, own))]))
  return (error, endpoint, settings, { grant_type, accept, space }) => {
    const byType = endpoint === 'token' && grant_type !== undefined ? byGrantType.get(grant_type) : undefined
    return (byType ?? byEndpoint.get(endpoint) ?? usual)(error, { settings, grant_type, path: space?.path, uuid: randomUUID() }, accept)
  }
}

const rfcBody = { error: '{error}', error_description: '{description}' }

function wording(declaration: ErrorWording): Wording {
  const { status, statuses, names, numbers, descriptions, body = rfcBody, bodies = {}, headers, encoding } = declaration
  const statusOf: Filled | undefined = status === undefined ? undefined : compile(status)
  const reply = replier(headers, encoding)
  const fill = compileMembers(body)
  const ownOf = reasonWordings(declaration.reasons)
  // A missing page or a wrong method keeps its status unless the table names it.
  const ownStatus = ({ code, status }: OAuthError) =>
    status > 403 ? (statuses?.[code] ?? status) : (statuses?.[code] ?? (statusOf === undefined ? statuses?.default : undefined))
  const fillOf = new Map(Object.entries(bodies).map(([code, template]) => [code, compileMembers(template)]))
  return (error, values, accept) => {
    // What was asked for by a fault, or is a failure of ours, is said as it is.
    const fixed = error.status >= 500 || error.status !== statusFor(error.code)
    const own = ownOf(error)
    const usual = () => ownStatus(error) ?? statusOf?.({ ...values, status: error.status }) ?? error.status
    const status = fixed ? error.status : Number(own?.status ?? usual())
    const { code, reason, about } = error
    const known = {
      ...{ ...values, status, code, reason, about },
      error: own?.name ?? lookUp(names, code) ?? wireCode(error),
      number: own?.number ?? lookUp(numbers, code),
    }
    const description = own?.describe(known) ?? lookUp(descriptions, code) ?? error.message
    const members = (own?.fill ?? fillOf.get(code) ?? fill)({ ...known, description })
    return reply(status, members, accept, { ...headersOf(error, status), ...own?.headers })
  }
}

/** A challenge belongs to the statuses that the RFCs give it (RFC 9110 §11.6.1, RFC 6750 §3.1). */
function headersOf({ headers }: OAuthError, status: number): Readonly<Record<string, string>> {
  return status === 401 || status === 403
    ? headers
    : Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'WWW-Authenticate'))
}

function lookUp<T>(table: Readonly<Record<string, T>> | undefined, code: string): T | undefined {
  if (table === undefined) return undefined
  return Object.hasOwn(table, code) ? table[code] : table.default
}
