import type { Profile } from '../exam/profiles.ts'
import { type Apps, apps } from './apps.ts'
import type { Authorization, Authorized } from './authorization.ts'
import { callbacks, type HeldCallbacks } from './callbacks.ts'
import { type Clock, clock } from './clock.ts'
import type { ControlClient } from './control-client.ts'
import { beginExam, type Exam, type ExamOptions } from './exam.ts'
import { type Faults, faults } from './faults.ts'
import { type Grants, grants } from './grants.ts'
import { type Keys, keys } from './keys.ts'
import { type LoginOptions, type LoginPage, type LoginUser, loginThrough } from './login.ts'
import { type Outbox, outbox } from './outbox.ts'
import type { ProxyLeads, ProxySettings } from './proxy.ts'
import { type Hint, type Requests, requests } from './requests.ts'
import { type Space, type Spaces, space, spaces } from './spaces.ts'
import { type Tokens, tokens } from './tokens.ts'
import { type Users, users } from './users.ts'

/** A sandbox as the control API shows it. */
export interface SandboxInfo {
  made: true
  name: string
  provider: string
  company: string
  /** As you reach it, without a slash at the end. */
  base_url: string
  issuer: string
  authorization_endpoint: string
  token_endpoint: string
  /** Whether it also answers without its name in the path. */
  default: boolean
  hosts: string[]
  /** The port that it has to itself. */
  port: number | null
  /** What holds, whoever said it: the sandbox, its provider or the protocol. */
  settings: Record<string, unknown>
  /** Which settings it made without any effect, a sentence each. */
  notes: string[]
  created_at: string
}

/** The sandboxes that were made; those of vendors that nobody asked for yet are left out. */
export async function madeSandboxes(client: ControlClient): Promise<SandboxInfo[]> {
  const { items } = await client.get<{ items: (SandboxInfo | { made: false })[] }>('/sandboxes')
  return items.filter((one) => one.made)
}

/** What may change of a sandbox. */
export interface SandboxChange {
  company?: string
  /** Host names without a port, at which it answers at the root. */
  hosts?: string[]
  /** A port to itself, at which it is alone; 0 takes a free one, null is none. */
  port?: number | null
  /** They are merged; null takes one back to what the provider says. */
  settings?: Record<string, unknown>
}

/** What a new sandbox may say of itself. */
export interface NewSandbox extends SandboxChange {
  /** Made up when absent. */
  name?: string
  /** The one of the default sandbox when absent. */
  provider?: string
  /** Whether it starts with the provider's preloaded apps and users; true when absent. */
  seed?: boolean
}

/** A sandbox's state as a document: keep it as it is. */
export interface Snapshot {
  format: string
  version: number
  provider: string
  [member: string]: unknown
}

/** One isolated world that speaks as one provider. */
export interface Sandbox {
  readonly name: string
  /** Where its clients call, without a slash at the end; at its own port when it has one. */
  readonly url: string
  /** The port that it has to itself, as far as is known here. */
  readonly port: number | null
  /** The `iss` of its tokens. */
  readonly issuer: string
  /** How programs are led to it, by its name, when they call its vendor's hosts. */
  readonly proxy: ProxySettings
  readonly apps: Apps
  readonly users: Users
  readonly tokens: Tokens
  readonly grants: Grants
  readonly keys: Keys
  readonly clock: Clock
  readonly faults: Faults
  /** What the fault `callback: held` keeps from browsers. */
  readonly callbacks: HeldCallbacks
  readonly requests: Requests
  readonly outbox: Outbox
  readonly spaces: Spaces
  /** What there is in one of its spaces; `apps`, `users` and the others here are those of the first. */
  space(id: string): Space
  info(): Promise<SandboxInfo>
  /** What the requests prove that clients did wrong, what weighs most first. @param options.profile whose rules hold; those of every client when absent */
  hints(options?: { profile?: Profile }): Promise<Hint[]>
  /** Begins an exam of a client: your driver logs in, and is watched. @throws GrantboxError when one goes on already */
  exam(options?: ExamOptions): Promise<Exam>
  update(change: SandboxChange): Promise<SandboxInfo>
  /** Signs in and decides for the user, without a browser. */
  authorize(wanted: Authorization): Promise<Authorized>
  /**
   * Logs a user in through the page, if it shows a sign-in page of this sandbox, and goes on to the client.
   * @param page a page of Playwright
   */
  loginAs(page: LoginPage, user: LoginUser, options?: LoginOptions): Promise<void>
  /** Back to the preloaded state, with the settings of its creation; clock, faults and journal too. */
  reset(): Promise<SandboxInfo>
  snapshot(): Promise<Snapshot>
  /** @throws GrantboxError when the snapshot is another provider's or another version's */
  restore(snapshot: Snapshot): Promise<SandboxInfo>
  delete(): Promise<void>
}

/** Where a sandbox is. */
export interface Place {
  name: string
  url: string
  issuer: string
  port: number | null
}

/** @param usual where it is unless it has a port to itself */
export function placeIn({ name, issuer, port, base_url }: SandboxInfo, usual: string): Place {
  return { name, issuer, port, url: port === null ? usual : base_url }
}

export function sandbox(client: ControlClient, { name, ...place }: Place, leads: ProxyLeads): Sandbox {
  const path = `/sandboxes/${encodeURIComponent(name)}`
  let now = place
  const noted = async (answer: Promise<SandboxInfo>) => {
    const info = await answer
    const { issuer, port } = info
    now = { issuer, port, url: port === null && now.port === null ? now.url : info.base_url }
    return info
  }
  const itsUsers = users(client, path)
  return {
    name,
    get url() {
      return now.url
    },
    get issuer() {
      return now.issuer
    },
    get port() {
      return now.port
    },
    proxy: leads.settings(name),
    apps: apps(client, path),
    users: itsUsers,
    tokens: tokens(client, path),
    grants: grants(client, path),
    keys: keys(client, path),
    clock: clock(client, path),
    faults: faults(client, path),
    callbacks: callbacks(client, path),
    requests: requests(client, path),
    outbox: outbox(client, path),
    spaces: spaces(client, path),
    space: (id) => space(client, path, id),
    info: () => noted(client.get(path)),
    hints: async (options = {}) => (await client.get<{ items: Hint[] }>(`${path}/hints`, options)).items,
    exam: (options) => beginExam(client, path, options),
    update: (change) => noted(client.patch(path, change)),
    authorize: (wanted) => client.post(`${path}/authorize`, wanted),
    loginAs: (page, user, options) => loginThrough(page, user, itsUsers, options),
    reset: () => noted(client.post(`${path}/reset`)),
    snapshot: () => client.get(`${path}/snapshot`),
    restore: (snapshot) => noted(client.put(`${path}/snapshot`, snapshot)),
    delete: () => client.delete(path),
  }
}
