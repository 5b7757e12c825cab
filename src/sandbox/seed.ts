import { blankUser, type UserDraft } from '../oauth/model/directory.ts'
import type { App } from '../oauth/model/records.ts'
import type { Provider, WorldUser } from '../providers/provider.ts'
import type { Sandbox } from './sandbox.ts'

/** Fills a new sandbox, or a space of one, with what its provider preloads there. */
export function seed(
  {
    provider,
    world,
    space,
    directory,
    social,
    documents,
  }: Pick<Sandbox, 'provider' | 'space' | 'directory' | 'social' | 'documents'> & Pick<Provider, 'world'>,
  now: number,
): void {
  const apps: App[] = []
  for (const { clients, ...draft } of world.apps) {
    const app = directory.createApp({ ...draft, mobile_store_links: {}, created_at: now })
    apps.push(app)
    for (const client of clients) directory.createClient(app, { ...client, created_at: now })
  }
  const users = directory.createUsers(world.users.map((user) => userDraft(user, provider, apps, now)))
  provider.seed?.({ space, documents, social, apps, users }, now)
}

/** A preloaded or declared user with all that he does not say. */
export function userDraft(user: WorldUser, provider: Provider, apps: readonly App[], now: number): UserDraft {
  return {
    ...blankUser,
    user_id: provider.ids.user_id(),
    created_at: now,
    ...user,
    apps: apps.filter(({ app_id }) => user.apps.includes(app_id)),
  }
}
