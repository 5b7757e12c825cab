import { createHash, randomBytes } from 'node:crypto'
import type { Report } from '../../src/exam/report.ts'
import type { ExamTask } from '../../src/library/exam.ts'
import type { Sandbox } from '../../src/library/sandbox.ts'

const redirect_uri = 'http://127.0.0.1:8399/callback'

/** A client of the Model Context Protocol, as far as its authorization goes; it does wrong what these rules say. */
class McpClient {
  readonly #box: Sandbox
  readonly #wrong: ReadonlySet<string>
  #token = ''
  #scope = ''
  #username = ''
  /** What it is called, by who gave it that name. */
  readonly #names = new Map<string, string>()

  constructor(box: Sandbox, wrong: ReadonlySet<string>) {
    this.#box = box
    this.#wrong = wrong
  }

  /** @returns whether somebody is in */
  logIn(task: ExamTask): Promise<boolean> {
    this.#username = task.user.username
    if (!this.#names.has(task.issuer)) this.#names.set(task.issuer, task.client.client_id)
    return this.#signIn(task)
  }

  /** @param more asked for beside what it has @returns whether it has a token */
  async #signIn(task: ExamTask, more?: string): Promise<boolean> {
    const { issuer } = task
    const resource = `${issuer}/resource`
    const challenge = (await fetch(resource)).headers.get('www-authenticate') ?? ''
    const { origin: site, pathname: path } = new URL(resource)
    const [, metadata_url = `${site}/.well-known/oauth-protected-resource${path}`] = /resource_metadata="([^"]*)"/.exec(challenge) ?? []
    const metadata = await read(metadata_url)
    if (metadata.resource !== resource && !this.#wrong.has('mcp-resource-mismatch')) return false
    const server = await this.#serverAt(String(metadata.authorization_servers?.[0]))
    if (server === undefined) return false
    const [, challenged = this.#wrong.has('mcp-scope') ? 'write' : undefined] = /scope="([^"]*)"/.exec(challenge) ?? []
    const offered = [metadata.scopes_supported ?? []].flat().join(' ')
    const scope = more ?? challenged ?? offered
    const verifier = randomBytes(32).toString('base64url')
    const client_id = await this.#nameAt(server, issuer)
    const asked = {
      client_id,
      redirect_uri,
      ...(scope !== '' && { scope }),
      ...(!this.#wrong.has('mcp-resource') && { resource }),
      ...(!this.#wrong.has('mcp-state') && { state: randomBytes(16).toString('base64url') }),
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    }
    if (server.issuer !== issuer && !this.#wrong.has('mcp-metadata-issuer')) {
      // Its user would sign in there, and not come back.
      await fetch(`${server.authorization_endpoint}?${new URLSearchParams({ response_type: 'code', ...asked })}`)
      return false
    }
    const { code } = await this.#box.authorize({ ...asked, username: this.#username })
    if (code === undefined) return false
    const body = new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri, client_id, code_verifier: verifier })
    if (!this.#wrong.has('mcp-resource')) body.set('resource', resource)
    const { access_token = '' } = await read(String(server.token_endpoint), { method: 'POST', body })
    this.#token = String(access_token)
    this.#scope = scope
    return access_token !== ''
  }

  /** What an authorization server says of itself; undefined where no sign-in may begin. */
  async #serverAt(issuer: string): Promise<Record<string, string | string[]> | undefined> {
    const { origin, pathname } = new URL(issuer)
    const server = await read(`${origin}/.well-known/oauth-authorization-server${pathname === '/' ? '' : pathname}`)
    if (server.issuer !== issuer && !this.#wrong.has('mcp-metadata-issuer')) return undefined
    const knowsPkce = server.code_challenge_methods_supported?.includes('S256')
    return knowsPkce === true || this.#wrong.has('mcp-pkce-advertised') ? server : undefined
  }

  /** Registers where nobody has given it a name yet. */
  async #nameAt({ issuer, registration_endpoint }: Record<string, string | string[]>, first: string): Promise<string> {
    const known = this.#names.get(this.#wrong.has('mcp-credentials-per-issuer') ? first : String(issuer))
    if (known !== undefined || this.#wrong.has('mcp-metadata-issuer')) return known ?? this.#names.get(first) ?? ''
    const body = JSON.stringify({ redirect_uris: [redirect_uri], token_endpoint_auth_method: 'none' })
    const headers = { 'content-type': 'application/json' }
    const { client_id } = await read(String(registration_endpoint), { method: 'POST', headers, body })
    this.#names.set(String(issuer), String(client_id))
    return String(client_id)
  }

  /** Calls a tool, and asks for more where that is not enough. */
  async call(task: ExamTask): Promise<void> {
    for (let tries = 0; tries < (this.#wrong.has('mcp-step-up') ? 5 : 1); tries++) {
      const answer = await fetch(`${task.issuer}/resource`, { headers: { authorization: `Bearer ${this.#token}` } })
      if (answer.status !== 403) return
      const [, more = ''] = /scope="([^"]*)"/.exec(answer.headers.get('www-authenticate') ?? '') ?? []
      const wider = this.#wrong.has('mcp-step-up: the same scope')
        ? this.#scope
        : [...new Set(`${this.#scope} ${more}`.split(' '))].join(' ')
      if (!this.#wrong.has('mcp-step-up: never')) await this.#signIn(task, wider)
    }
  }
}

async function read(url: string, init?: RequestInit): Promise<Record<string, string | string[]>> {
  return (await (await fetch(url, init)).json()) as Record<string, string | string[]>
}

/** Takes such a client through an exam. */
export async function examineMcp(box: Sandbox, options: Record<string, unknown>, wrong: ReadonlySet<string>): Promise<Report> {
  const exam = await box.exam({ client_id: 'agent', client_secret: null, redirect_uri, signals: ['signed_in', 'call_api'], ...options })
  const client = new McpClient(box, wrong)
  const report = await exam.runAll({
    login: async (task) => ({ signedIn: await client.logIn(task) }),
    callApi: async (task) => {
      await client.call(task)
      return { signedIn: true }
    },
  })
  await exam.end()
  return report
}
