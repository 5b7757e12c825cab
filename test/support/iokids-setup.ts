import type { AppDraft, ClientDraft, UserDraft } from '../../src/oauth/model/directory.ts'
import type { App, Client, User } from '../../src/oauth/model/records.ts'
import type { JournalEntry } from '../../src/sandbox/journal.ts'
import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import { postmanCallback } from './iokids-client.ts'

/** A new app of the sandbox, with all permission scopes and Postman's callback unless the draft says otherwise. */
export function addApp(sandbox: Sandbox, draft: Partial<AppDraft> = {}): App {
  return sandbox.directory.createApp({
    app_id: sandbox.provider.ids.app_id(),
    name: 'Another App',
    description: '',
    icon: null,
    scopes: sandbox.provider.scopes.map((scope) => scope.name),
    redirect_uris: [postmanCallback],
    mobile_store_links: {},
    created_at: sandbox.clock.now(),
    ...draft,
  })
}

/** A new client, of a new app unless one is given. */
export function addClient(sandbox: Sandbox, draft: Partial<ClientDraft> = {}, app?: App): Client {
  return sandbox.directory.createClient(app ?? addApp(sandbox), {
    client_id: sandbox.provider.ids.client_id(),
    client_secret: sandbox.provider.ids.client_secret(),
    token_endpoint_auth_method: 'client_secret_post',
    grant_types: sandbox.provider.grant_types,
    created_at: sandbox.clock.now(),
    ...draft,
  })
}

/** A new user with every app of the sandbox and the company's name as password, unless the draft says otherwise. */
export function addUser(sandbox: Sandbox, draft: Partial<UserDraft> & { username: string }): User {
  const [user] = sandbox.directory.createUsers([
    {
      user_id: sandbox.provider.ids.user_id(),
      password: null,
      first_name: 'ann',
      last_name: 'other',
      email: null,
      type: 'parent',
      age: 40,
      claims: {},
      disabled: false,
      created_at: sandbox.clock.now(),
      apps: sandbox.directory.listApps(),
      friends: [],
      parents: [],
      ...draft,
    },
  ])
  if (user === undefined) throw new Error('the user was not created')
  return user
}

/** A client's credentials as they stand in a form; none for a public client's secret. */
export function credentials({ client_id, client_secret }: Client): Record<string, string> {
  return { client_id, ...(client_secret === null ? {} : { client_secret }) }
}

/** The newest entry of the sandbox's journal. */
export function lastEntry(sandbox: Sandbox): JournalEntry {
  const entry = sandbox.journal.list({ limit: 1 })[0]
  if (entry === undefined) throw new Error('the journal is empty')
  return entry
}
