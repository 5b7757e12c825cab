import { parseJson } from '../../basics/json.ts'
import { check } from '../../control/input/validation.ts'
import { type Problem, toProblem } from '../../control/problem.ts'
import { hasTokenFormats, mintTokens, tokenDraft } from '../../control/resources/tokens.ts'
import { OAuthError } from '../../oauth/model/errors.ts'
import type { Choice, Errors, FormState } from '../forms/form.ts'
import { refusedFields } from '../forms/refused.ts'
import { page } from '../frame/page.ts'
import { capital } from '../frame/vendor.ts'
import { part, type Visit } from '../frame/visit.ts'
import { nameOf } from '../users/user-card.ts'
import { type ReadToken, readToken } from './read-token.ts'

/** How many clients and users the fields offer; others are typed. */
const mostOffered = 20

/** A token of an answer, to be copied, and what stands in it. */
interface MintedToken extends ReadToken {
  name: string
  text: string
}

const tokensPage = page<{
  action: string
  /** What was read. */
  read?: ReadToken | undefined
  /** What was minted, token by token, and as the token endpoint would have said it. */
  minted?: { tokens: readonly MintedToken[]; answer: string } | undefined
  form: FormState
  /** What is wrong with the form as a whole. */
  refused?: string | undefined
  clients: readonly Choice[]
  users: readonly Choice[]
  /** None where access tokens have one form. */
  formats: readonly Choice[]
}>('tokens')

/** Tokens that are made and read by hand. What is pasted comes in a form's body, and stands in no address. */
export const tokenPages = part({}, ({ get, post, deps }) => {
  get('/tokens', (visit) => {
    const { query } = visit
    const client_id = query.text('client')
    return showTokens(visit, { values: { ...(client_id !== '' && { client_id }), username: query.text('user') } })
  })

  post('/tokens', (visit) => (visit.form.text('do') === 'read' ? read(visit) : mint(visit)))

  async function read(visit: Visit) {
    const { form } = visit
    const [token, audience] = [form.text('token'), form.text('for')]
    if (token === '') return showTokens(visit, { values: form.texts(), errors: { token: 'Paste a token here.' } })
    return showTokens(visit, { values: form.texts(), read: await readToken(token, audience, visit, deps) })
  }

  async function mint(visit: Visit) {
    const { form, sandbox, addresses } = visit
    const values = form.texts()
    try {
      const answer = await mintTokens(check(tokenDraft, draftOf(values, visit)), sandbox, addresses)
      const names = ['access_token', 'id_token', 'refresh_token'].filter((name) => typeof answer[name] === 'string')
      const tokens = names.map(async (name): Promise<MintedToken> => {
        const text = String(answer[name])
        const read = await readToken(text, '', visit, deps)
        // What is kept of them was typed just now.
        return { name: capital(name.replace('_', ' ')).replace('Id', 'ID'), text, ...read, facts: read.facts.slice(0, 1) }
      })
      return showTokens(visit, { values, minted: { tokens: await Promise.all(tokens), answer: JSON.stringify(answer, null, 2) } })
    } catch (error) {
      const problem = toProblem(error)
      if (problem.status >= 500) throw error
      const errors = fieldsOf(problem, error)
      return showTokens(visit, { values, errors, refused: Object.keys(errors).length === 0 ? problem.message : undefined })
    }
  }
})

/** The field to blame of what the protocol refused. */
function fieldsOf(problem: Problem, error: unknown): Errors {
  if (error instanceof OAuthError && error.code === 'invalid_target') return { audience: `${error.explanation}.` }
  return problem.errors.length === 0 ? {} : refusedFields(problem)
}

/** What the control API would have been told: empty fields are not said. */
function draftOf(values: FormState['values'], { sandbox }: Visit): Record<string, unknown> {
  const { usernamePrefix: prefix = '' } = sandbox.provider.texts
  const said = ['client_id', 'scope', 'expires_in', 'audience', 'format'].flatMap((name) => {
    const value = values[name]?.trim() ?? ''
    return value === '' ? [] : [[name, value]]
  })
  const [username, claims] = [values.username?.trim() ?? '', values.claims?.trim() ?? '']
  return {
    client_id: '',
    ...Object.fromEntries(said),
    ...(username !== '' && { username: prefix !== '' && username.startsWith(prefix) ? username.slice(prefix.length) : username }),
    ...(claims !== '' && { claims: readClaims(claims) }),
  }
}

/** As JSON where it is some; the schema says of all else what was expected. */
function readClaims(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return text
  }
}

interface Shown {
  values: FormState['values']
  errors?: Errors
  refused?: string | undefined
  read?: ReadToken
  minted?: { tokens: readonly MintedToken[]; answer: string }
}

function showTokens(visit: Visit, { values, errors = {}, refused, read, minted }: Shown) {
  const { sandbox, base } = visit
  const { directory } = sandbox
  const clients = directory.listClients()
  const [first] = clients
  const isRefused = refused !== undefined || Object.keys(errors).length > 0
  const format = values.format ?? ''
  const model = {
    title: 'Tokens',
    action: `${base}/tokens`,
    read,
    minted,
    form: { values: { ...values, client_id: values.client_id ?? first?.client_id ?? '' }, errors },
    refused,
    clients: clients.slice(0, mostOffered).map(({ client_id, app }) => ({ value: client_id, label: app.name, chosen: false })),
    users: directory.listUsers({ limit: mostOffered }).map((user) => ({ value: user.username, label: nameOf(user), chosen: false })),
    formats: hasTokenFormats(sandbox)
      ? [
          { value: '', label: 'As the client has it', chosen: format === '' },
          { value: 'jwt', label: 'A JWT', chosen: format === 'jwt' },
          { value: 'opaque', label: 'Opaque', chosen: format === 'opaque' },
        ]
      : [],
  }
  return visit.show(tokensPage, model, isRefused ? 400 : 200)
}
