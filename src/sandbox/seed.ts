import type { Directory } from '../oauth/directory.ts'
import type { App } from '../oauth/records.ts'
import type { Provider, World } from '../providers/provider.ts'

/** Fills a new sandbox with what its provider preloads. */
export async function seed(world: World, provider: Provider, directory: Directory, now: number): Promise<void> {
  const apps = new Map<string, App>()
  for (const { clients, ...draft } of world.apps) {
    const app = await directory.createApp({ ...draft, mobile_store_links: {}, created_at: now })
    apps.set(app.app_id, app)
    for (const client of clients) await directory.createClient(app, { ...client, created_at: now })
  }
  await directory.createUsers(
    world.users.map((user) => ({
      user_id: provider.ids.user_id(),
      password: null,
      first_name: '',
      last_name: '',
      email: null,
      type: null,
      age: null,
      claims: {},
      disabled: false,
      created_at: now,
      friends: [],
      parents: [],
      ...user,
      apps: user.apps.flatMap((app_id) => apps.get(app_id) ?? []),
    })),
  )
}
