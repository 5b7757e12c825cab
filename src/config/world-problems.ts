import { MetadataError } from '../oauth/clients/metadata.ts'
import { registrationProblem } from '../oauth/clients/redirect-pattern.ts'
import { holdToRules } from '../oauth/clients/rulebook.ts'
import { offeredToClients } from '../providers/clients.ts'
import type { Provider, WorldApp } from '../providers/provider.ts'
import { settingsOf } from '../sandbox/settings.ts'
import type { ConfigProblem } from './error.ts'

/** What a name must be alone with: its place, the name, and what counts of it. */
export type Named = [where: string, name: string, key?: string]

/** The names that another one has already. */
export function repeated(what: string, whose: string, named: readonly Named[]): ConfigProblem[] {
  const owners = new Map<string, string>()
  return named.flatMap(([where, name, key = name]) => {
    const owner = owners.get(key)
    owners.set(key, where)
    const message = `expected ${what} that no other ${whose} has, got "${name}", which stands at ${owner?.replace(/^.*: /, '')} too`
    return owner === undefined ? [] : [{ where, message }]
  })
}

/** Apps, clients and users that cannot all be there, and clients that may not be what they are declared to be. */
export function worldProblems(
  { apps, users }: { apps: readonly WorldApp[]; users: readonly { username: string; user_id?: string | undefined }[] },
  provider: Provider,
  settings: Readonly<Record<string, unknown>>,
  where: string,
): ConfigProblem[] {
  const names = apps.map(({ name }, index): Named => [`${where}.apps[${index}].name`, name])
  const ids = apps.map(({ app_id }, index): Named => [`${where}.apps[${index}].id`, app_id])
  const sameName = repeated('a name', 'app', names)
  return [
    ...(sameName.length > 0 ? sameName : repeated('an id', 'app', ids)),
    ...repeated(
      'a client_id',
      'client',
      apps.flatMap(({ clients }, index) =>
        clients.map(({ client_id }, number): Named => [`${where}.apps[${index}].clients[${number}].client_id`, client_id]),
      ),
    ),
    ...repeated(
      'a username',
      'user',
      users.map(({ username }, index): Named => [`${where}.users[${index}].username`, username, username.toLowerCase()]),
    ),
    ...repeated(
      'a user_id',
      'user',
      users.flatMap(({ user_id }, index) => (user_id === undefined ? [] : [[`${where}.users[${index}].user_id`, user_id] as Named])),
    ),
    ...clientProblems(apps, provider, settings, where),
  ]
}

/** The clients that may not be what they are declared to be, and the redirect URIs. */
function clientProblems(
  apps: readonly WorldApp[],
  provider: Provider,
  settings: Readonly<Record<string, unknown>>,
  where: string,
): ConfigProblem[] {
  const effective = settingsOf(provider, settings)
  const offered = offeredToClients(provider, effective)
  return apps.flatMap((app, index) => [
    ...app.redirect_uris.flatMap((uri, number) => {
      const problem = registrationProblem(uri, effective, provider.redirects)
      const message = `expected a redirect URI that may be registered (${problem}), got ${JSON.stringify(uri)}`
      return problem === undefined ? [] : [{ where: `${where}.apps[${index}].redirect_uris[${number}]`, message }]
    }),
    ...app.clients.flatMap((client, number) => {
      try {
        holdToRules(client, offered, effective)
        return []
      } catch (error) {
        if (!(error instanceof MetadataError)) throw error
        const { field, expected, came, explanation } = error
        const member = /^(token_endpoint_auth_method|grant_types|client_secret)\b/.test(field) ? field : `metadata.${field}`
        const message = came === undefined ? explanation : `expected ${expected}, got ${JSON.stringify(came)}`
        return [{ where: `${where}.apps[${index}].clients[${number}].${member}`, message }]
      }
    }),
  ])
}
