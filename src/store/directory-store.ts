import type { AppDraft, ClientDraft, Directory, UserDraft, UserQuery } from '../oauth/model/directory.ts'
import type { App, Client, User } from '../oauth/model/records.ts'
import type { Database } from './database/database.ts'
import { withDescendants } from './lineage-store.ts'
import {
  type AppRow,
  appColumns,
  type ClientRow,
  clientColumns,
  toApp,
  toClient,
  toUser,
  toUserIfAny,
  type UserRow,
  userColumns,
} from './rows.ts'
import { inserted, unlessTaken } from './taken.ts'

/** The users that a search finds. */
const found = `sandbox_id = @sandbox
  AND (username LIKE @search ESCAPE '\\' OR first_name LIKE @search ESCAPE '\\' OR last_name LIKE @search ESCAPE '\\')
  AND (@app IS NULL OR EXISTS (SELECT 1 FROM user_app WHERE user_row = user.id AND app_row = @app))`

/** The directory of one sandbox. */
export function directoryStore(db: Database) {
  const usersJoin = (from: string) => `SELECT ${userColumns} FROM ${from}`
  const statements = {
    knownScopes: db.memory<number, readonly string[]>(256, 'app'),
    createApp: db.named<{ id: number }>(
      `INSERT INTO app (sandbox_id, app_id, name, description, icon, scopes, redirect_uris, mobile_store_links, created_at)
       VALUES (@sandbox, @app_id, @name, @description, @icon, @scopes, @redirect_uris, @mobile_store_links, @created_at) RETURNING id`,
    ),
    listApps: db.named<AppRow>(`SELECT ${appColumns} FROM app WHERE sandbox_id = @sandbox ORDER BY id`),
    listScopes: db.named<{ value: string }>(`SELECT DISTINCT value FROM app, json_each(app.scopes) WHERE sandbox_id = @sandbox`),
    findApp: db.named<AppRow>(`SELECT ${appColumns} FROM app WHERE sandbox_id = @sandbox AND app_id = @app_id`),
    updateApp: db.named(
      `UPDATE app SET name = @name, description = @description, icon = @icon, scopes = @scopes, redirect_uris = @redirect_uris,
         mobile_store_links = @mobile_store_links WHERE id = @row AND sandbox_id = @sandbox`,
    ),
    deleteApp: db.named(`DELETE FROM app WHERE id = @row AND sandbox_id = @sandbox`),

    createClient: db.named<{ id: number }>(
      `INSERT INTO client (sandbox_id, app_row, client_id, client_secret, token_endpoint_auth_method, grant_types, metadata, created_at)
       VALUES (@sandbox, @app, @client_id, @client_secret, @token_endpoint_auth_method, @grant_types, @metadata, @created_at) RETURNING id`,
    ),
    listClients: db.named<ClientRow>(
      `SELECT ${clientColumns} FROM client JOIN app ON app.id = client.app_row
       WHERE client.sandbox_id = @sandbox AND (@app IS NULL OR client.app_row = @app) ORDER BY client.id`,
    ),
    deleteClient: db.named(`DELETE FROM client WHERE id = @row AND sandbox_id = @sandbox`),

    createUser: db.named<{ id: number }>(
      `INSERT INTO user (sandbox_id, user_id, username, password, first_name, last_name, email, type, age, claims, disabled, created_at)
       VALUES (@sandbox, @user_id, @username, @password, @first_name, @last_name, @email, @type, @age, @claims, @disabled, @created_at) RETURNING id`,
    ),
    addApp: db.named(`INSERT INTO user_app (user_row, app_row) VALUES (@user, @app) ON CONFLICT DO NOTHING`),
    addFriend: db.named(
      `INSERT INTO friendship (user_row, friend_row)
       SELECT @user, id FROM user WHERE sandbox_id = @sandbox AND username = @friend AND id <> @user
       UNION ALL SELECT id, @user FROM user WHERE sandbox_id = @sandbox AND username = @friend AND id <> @user
       ON CONFLICT DO NOTHING`,
    ),
    addParent: db.named(
      `INSERT INTO parenthood (kid_row, parent_row)
       SELECT @user, id FROM user WHERE sandbox_id = @sandbox AND username = @parent AND id <> @user ON CONFLICT DO NOTHING`,
    ),
    removeParent: db.named(`DELETE FROM parenthood WHERE kid_row = @user AND parent_row = @parent`),
    findUser: db.named<UserRow>(`${usersJoin('user')} WHERE sandbox_id = @sandbox AND username = @username`),
    listUsers: db.named<UserRow>(
      `${usersJoin('user')} WHERE sandbox_id = @sandbox AND id > @after ORDER BY id LIMIT @limit OFFSET @offset`,
    ),
    listAppUsers: db.named<UserRow>(
      `${usersJoin('user_app JOIN user ON user.id = user_app.user_row')} WHERE user_app.app_row = @app AND user.id > @after
         ORDER BY user.id LIMIT @limit OFFSET @offset`,
    ),
    searchUsers: db.named<UserRow>(`${usersJoin('user')} WHERE ${found} AND id > @after ORDER BY id LIMIT @limit OFFSET @offset`),
    countFound: db.named<{ n: number }>(`SELECT count(*) AS n FROM user WHERE ${found}`),
    countUsers: db.named<{ n: number }>(`SELECT count(*) AS n FROM user WHERE sandbox_id = @sandbox`),
    countAppUsers: db.named<{ n: number }>(`SELECT count(*) AS n FROM user_app WHERE app_row = @app`),
    appsOf: db.named<AppRow>(
      `SELECT ${appColumns} FROM user_app JOIN app ON app.id = user_app.app_row WHERE user_app.user_row = @user ORDER BY app.id`,
    ),
    friendsOf: db.named<UserRow>(
      `${usersJoin('friendship JOIN user ON user.id = friendship.friend_row')} WHERE friendship.user_row = @user ORDER BY user.id`,
    ),
    parentsOf: db.named<UserRow>(
      `${usersJoin('parenthood JOIN user ON user.id = parenthood.parent_row')} WHERE parenthood.kid_row = @user ORDER BY user.id`,
    ),
    kidsOf: db.named<UserRow>(
      `${usersJoin('parenthood JOIN user ON user.id = parenthood.kid_row')} WHERE parenthood.parent_row = @user ORDER BY user.id`,
    ),
    updateUser: db.named(
      `UPDATE user SET user_id = @user_id, username = @username, password = @password, first_name = @first_name, last_name = @last_name, email = @email, type = @type,
         age = @age, claims = @claims, disabled = @disabled WHERE id = @row AND sandbox_id = @sandbox`,
    ),
    deleteUser: db.named(`DELETE FROM user WHERE id = @row AND sandbox_id = @sandbox`),
    removeApp: db.named(`DELETE FROM user_app WHERE user_row = @user AND app_row = @app`),
    revokeAppGrants: db.named(
      `${withDescendants('SELECT id FROM "grant" WHERE user_row = @user AND client_row IN (SELECT id FROM client WHERE app_row = @app)')}
       UPDATE "grant" SET revoked_at = @now, revoked_reason = 'the user removed the app' WHERE id IN (SELECT id FROM line) AND revoked_at IS NULL`,
    ),
    removeFriend: db.named(
      `DELETE FROM friendship WHERE (user_row = @user AND friend_row = @friend) OR (user_row = @friend AND friend_row = @user)`,
    ),
  }
  return (sandbox: number): Directory => {
    const appValues = (app: AppDraft) => ({
      ...app,
      sandbox,
      scopes: JSON.stringify(app.scopes),
      redirect_uris: JSON.stringify(app.redirect_uris),
      mobile_store_links: JSON.stringify(app.mobile_store_links),
    })
    const userValues = (user: Omit<User, 'row'>) => ({
      ...user,
      sandbox,
      claims: JSON.stringify(user.claims),
      disabled: user.disabled ? 1 : 0,
    })
    const insertUser = (draft: UserDraft): number =>
      inserted(() => statements.createUser.get(userValues(draft)), ['username', draft.username], ['id', draft.user_id])
    return {
      createApp(draft) {
        const row = inserted(() => statements.createApp.get(appValues(draft)), ['id', draft.app_id])
        return { ...draft, row }
      },
      listApps: () => statements.listApps.all({ sandbox }).map(toApp),
      listScopes() {
        const known = statements.knownScopes.get(sandbox)
        if (known !== undefined) return known
        const scopes = statements.listScopes.all({ sandbox }).map(({ value }) => value)
        statements.knownScopes.set(sandbox, scopes)
        return scopes
      },
      findApp(app_id) {
        const row = statements.findApp.get({ sandbox, app_id })
        return row === undefined ? undefined : toApp(row)
      },
      updateApp: (app) => statements.updateApp.run({ ...appValues(app), row: app.row }),
      deleteApp: (app) => statements.deleteApp.run({ row: app.row, sandbox }),
      createClient(app: App, draft: ClientDraft): Client {
        const { metadata = {}, grant_types } = draft
        const values = { ...draft, sandbox, app: app.row, grant_types: JSON.stringify(grant_types), metadata: JSON.stringify(metadata) }
        return { ...draft, metadata, app, row: inserted(() => statements.createClient.get(values), ['client_id', draft.client_id]) }
      },
      listClients: (app) => statements.listClients.all({ sandbox, app: app?.row ?? null }).map(toClient),
      deleteClient: (client) => statements.deleteClient.run({ row: client.row, sandbox }),

      createUsers: db.transaction((drafts) => {
        const made = drafts.map((draft) => ({ draft, row: insertUser(draft) }))
        // Friends and parents may stand later in the list, so they are joined when all are there.
        for (const { draft, row } of made) {
          for (const app of draft.apps) statements.addApp.run({ user: row, app: app.row })
          for (const friend of draft.friends) statements.addFriend.run({ sandbox, user: row, friend })
          for (const parent of draft.parents) statements.addParent.run({ sandbox, user: row, parent })
        }
        return made.map(({ draft: { apps: _apps, friends: _friends, parents: _parents, ...user }, row }) => ({ ...user, row }))
      }),
      listUsers({ limit, after = 0, offset = 0, search, app }: UserQuery) {
        if (search !== undefined && search !== '') {
          return statements.searchUsers
            .all({ sandbox, after, offset, limit, search: prefixPattern(search), app: app?.row ?? null })
            .map(toUser)
        }
        return (
          app === undefined
            ? statements.listUsers.all({ sandbox, after, offset, limit })
            : statements.listAppUsers.all({ app: app.row, after, offset, limit })
        ).map(toUser)
      },
      countUsers(app, search) {
        if (search !== undefined && search !== '')
          return statements.countFound.get({ sandbox, search: prefixPattern(search), app: app?.row ?? null })?.n ?? 0
        return (app === undefined ? statements.countUsers.get({ sandbox }) : statements.countAppUsers.get({ app: app.row }))?.n ?? 0
      },
      findUser: (username) => toUserIfAny(statements.findUser.get({ sandbox, username })),
      appsOf: (user) => statements.appsOf.all({ user: user.row }).map(toApp),
      friendsOf: (user) => statements.friendsOf.all({ user: user.row }).map(toUser),
      parentsOf: (user) => statements.parentsOf.all({ user: user.row }).map(toUser),
      kidsOf: (user) => statements.kidsOf.all({ user: user.row }).map(toUser),
      updateUser(user) {
        const values = { ...userValues(user), row: user.row }
        unlessTaken(() => statements.updateUser.run(values), ['username', user.username], ['id', user.user_id])
      },
      deleteUser: (user) => statements.deleteUser.run({ row: user.row, sandbox }),
      addApp: (user, app) => statements.addApp.run({ user: user.row, app: app.row }),
      removeApp: db.transaction((user, app, now) => {
        statements.removeApp.run({ user: user.row, app: app.row })
        statements.revokeAppGrants.run({ user: user.row, app: app.row, now })
      }),
      addFriend: (user, friend) => statements.addFriend.run({ sandbox, user: user.row, friend: friend.username }),
      removeFriend: (user, friend) => statements.removeFriend.run({ user: user.row, friend: friend.row }),
      addParent: (kid, parent) => statements.addParent.run({ sandbox, user: kid.row, parent: parent.username }),
      removeParent: (kid, parent) => statements.removeParent.run({ user: kid.row, parent: parent.row }),
    }
  }
}

/** What begins with the text, for LIKE. */
export function prefixPattern(text: string): string {
  return `${text.replace(/[\\%_]/g, '\\$&')}%`
}
