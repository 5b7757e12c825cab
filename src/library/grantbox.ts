/**
 * In this room: grantbox as a library: typed objects that speak the control API, for a grantbox in this process or elsewhere.
 * Elsewhere: anything that the control API cannot do; only `start.ts` imports the server.
 */

import type { ControlClient } from './control-client.ts'
import type { ImportedDocument, ImportOptions } from './import.ts'
import type { LoginOptions, LoginPage, LoginUser } from './login.ts'
import { ProxyLeads, type ProxySettings } from './proxy.ts'
import { madeSandboxes, type NewSandbox, type Place, placeIn, type Sandbox, type SandboxInfo, sandbox } from './sandbox.ts'

/** A grantbox, in this process or elsewhere. `await using` closes it. */
export interface Grantbox extends AsyncDisposable {
  /** Its address, without a slash at the end; the default sandbox answers there. */
  readonly url: string
  /** What its control API asks for; undefined when it asks for nothing. */
  readonly adminToken: string | undefined
  /** How browsers and programs are led to a vendor's hosts. */
  readonly proxy: ProxySettings
  /** A sandbox by name; the default one without. Nothing is asked, and a vendor's not made, before it is used. */
  sandbox(name?: string): Sandbox
  /** Those that were made. */
  sandboxes(): Promise<Sandbox[]>
  /** Creates a sandbox: a world of its own for a test, a test file or a worker. */
  createSandbox(options?: NewSandbox): Promise<Sandbox>
  /**
   * The sandbox of a name, created if there is none: so that several who begin at once share one.
   * @throws GrantboxError 409 when there is one that was created with something else; it names the first member that differs
   */
  ensureSandbox(options: NewSandbox & { name: string }): Promise<Sandbox>
  /**
   * Reads another server's document: clients and users of a mock, the export of a realm, a discovery document, a collection.
   * @throws GrantboxError 422 for what is none, or is wrong; then nothing has changed
   */
  import(document: object, options?: ImportOptions): Promise<ImportedDocument>
  /** {@link Sandbox.loginAs} of the default sandbox. */
  loginAs(page: LoginPage, user: LoginUser, options?: LoginOptions): Promise<void>
  /** Stops a grantbox that was started here; of another one it only lets go. */
  close(): Promise<void>
}

/** What is known of a grantbox before anything is asked. */
export interface GrantboxFacts {
  client: ControlClient
  adminToken: string | undefined
  /** The certificate of its authority, as PEM. */
  ca: string
  defaultName: string
  defaultProvider: string
  /** What is known of a sandbox that may be at an address. */
  placeOf: (name: string, url: string) => Place
  close: () => Promise<void>
}

export function grantbox({ client, adminToken, ca, defaultName, defaultProvider, placeOf, close }: GrantboxFacts): Grantbox {
  const { url } = client
  const leads = new ProxyLeads({ url, adminToken }, ca)
  const usual = (name: string) => (name === defaultName ? url : `${url}/${name}`)
  const known = (info: SandboxInfo) => sandbox(client, placeIn(info, usual(info.name)), leads)
  const box: Grantbox = {
    url,
    adminToken,
    proxy: leads.settings(),
    sandbox: (name = defaultName) => sandbox(client, placeOf(name, usual(name)), leads),
    sandboxes: async () => (await madeSandboxes(client)).map(known),
    createSandbox: async (options = {}) => known(await client.post<SandboxInfo>('/sandboxes', { provider: defaultProvider, ...options })),
    ensureSandbox: async ({ name, ...options }) =>
      known(await client.put<SandboxInfo>(`/sandboxes/${encodeURIComponent(name)}`, { provider: defaultProvider, ...options })),
    import: (document, options = {}) => client.post(`/import?${new URLSearchParams({ ...options })}`, document),
    loginAs: (page, user, options) => box.sandbox().loginAs(page, user, options),
    close() {
      leads.remove()
      return close()
    },
    [Symbol.asyncDispose]: () => box.close(),
  }
  return box
}
