/** A client as the start shows it. */
export interface StartClient {
  client_id: string
  /** Absent for a public client. */
  client_secret?: string
  /** The name of its app. */
  app: string
}

/** What the start shows of every sandbox. */
export interface NamedSandbox {
  name: string
  provider: string
  base_url: string
  /** Whether it is there; otherwise it is made when it is first asked for. */
  made: boolean
}

/** What a client has to be told to reach a sandbox, or one of its spaces. */
interface StartWorld {
  /** Which realm, pool or tenant it is, where the vendor has such worlds. */
  space?: string
  /** Where browsers are sent to sign in. */
  authorization_endpoint?: string
  token_endpoint: string
  /** OpenID Connect's discovery document; absent where the provider has none. */
  openid_configuration?: string
  clients: readonly StartClient[]
  users: readonly { username: string; password: string }[]
}

/** A sandbox as the start shows it. */
export interface StartSandbox extends NamedSandbox, StartWorld {
  /** The spaces beside the first, of which all the rest tells. */
  spaces?: readonly StartWorld[]
  /** Where Postman can import the collection and the environment from. */
  postman: { collection: string; environment: string }
}

/** The sandboxes of which the start shows all. */
export function describedSandboxes({ sandboxes }: Pick<StartInfo, 'sandboxes'>): StartSandbox[] {
  return sandboxes.filter((one): one is StartSandbox => 'clients' in one)
}

/**
 * What is known once grantbox listens. The banner renders it, and `grantbox start --json` prints it as it is: scripts rely on
 * its names.
 */
export interface StartInfo {
  /** The address over http, without a slash at the end. */
  url: string
  /** The same address over https. */
  https_url: string
  version: string
  /** The name of the sandbox that answers at `/`. */
  default_sandbox: string
  /** Of those whose vendor is not loaded, what is known without it. */
  sandboxes: readonly (StartSandbox | NamedSandbox)[]
  /** With the token in it when the dashboard asks for one. */
  dashboard_url: string
  /** Where the state is kept: a path, or `:memory:`. */
  data: string
  /** The token that the control API asks for; absent when it asks for none. */
  admin_token?: string
}
