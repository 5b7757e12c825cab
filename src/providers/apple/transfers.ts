import { createHash } from 'node:crypto'
import { given } from '../../basics/given.ts'
import { authenticateClient } from '../../oauth/clients/authentication.ts'
import { clientCredentials } from '../../oauth/grants/client-credentials.ts'
import { missing, OAuthError } from '../../oauth/model/errors.ts'
import type { Parameters } from '../../oauth/model/parameters.ts'
import type { Client, User } from '../../oauth/model/records.ts'
import { requireAccessToken } from '../../oauth/proof/access-token.ts'
import { presentedToken } from '../../oauth/proof/presented-token.ts'
import type { GrantType, Realm } from '../../oauth/realm/context.ts'
import type { ApiRequest, Reply, Route } from '../provider.ts'
import { emailFor } from './accounts.ts'
import { appleSettings } from './settings.ts'

/** Apps that go from one team to another: both learn by the same number which of their users is which. */

/** The one scope of tokens that a client gets by itself. */
export const migrationScope = 'user.migration'

/** The number, which follows from the user's name and both teams: two sandboxes agree about it, though each has numbers of its own for users. */
function transferNumber({ username }: Pick<User, 'username'>, from: string, to: string): string {
  const hash = createHash('sha256').update(`${from} ${to} ${username.toLowerCase()}`).digest()
  const digits = (at: number, length: number) => String(hash.readUInt32BE(at) % 10 ** length).padStart(length, '0')
  return `${digits(16, 6)}.${hash.toString('hex', 0, 16)}.${digits(20, 4)}`
}

/** The number of a user whose app came from another team; undefined where none did. */
export function transferSub(user: Pick<User, 'username'>, { settings }: Pick<Realm, 'settings'>): string | undefined {
  const { team_id, transferred_from } = appleSettings.of(settings)
  return transferred_from === null ? undefined : transferNumber(user, transferred_from, team_id)
}

/** A client by itself gets tokens for this alone. */
export const migrationGrant: GrantType = {
  ...clientCredentials,
  redeem(parameters, client, context) {
    if ((parameters.scope ?? migrationScope) === migrationScope) return clientCredentials.redeem(parameters, client, context)
    throw new OAuthError(
      'scope_unknown',
      'The scope is not supported',
      `scope is '${parameters.scope}'; a client by itself has ${migrationScope} alone`,
    )
  },
}

/** The client, which shows its secret and such a token. */
async function proven({ context, authorization }: ApiRequest, form: Parameters): Promise<Client> {
  const client = await authenticateClient(undefined, form, context)
  const { client: holder, scope } = await requireAccessToken(presentedToken(authorization, undefined), context)
  if (holder.row === client.row && scope === migrationScope) return client
  throw new OAuthError('token_foreign', 'The token is not valid', `The token is of client '${holder.client_id}' with the scope '${scope}'`)
}

async function migrate(request: ApiRequest): Promise<Reply> {
  const { context, directory, body } = request
  const form = (typeof body === 'object' && body !== null ? body : {}) as Parameters
  const client = await proven(request, form)
  const { sub, target, transfer_sub } = form
  if (transfer_sub !== undefined) {
    const user = directory.listUsers({ limit: Number.MAX_SAFE_INTEGER }).find((one) => transferSub(one, context.realm) === transfer_sub)
    if (user === undefined) throw unknown(`No user has transfer_sub '${transfer_sub}'; see the setting transferred_from`)
    const email = emailFor(user, client.app, context.realm)
    const is_private_email = email === undefined ? undefined : email !== user.email
    return { status: 200, body: given({ sub: user.user_id, email, is_private_email }) }
  }
  if (sub === undefined || target === undefined) throw missing(sub === undefined ? 'sub' : 'target')
  const user = context.realm.store.findUserById(sub)
  if (user === undefined) throw unknown(`There is no user '${sub}'`)
  const { team_id } = appleSettings.of(context.realm.settings)
  return { status: 200, body: { transfer_sub: transferNumber(user, team_id, target) } }
}

function unknown(explanation: string): OAuthError {
  return new OAuthError('parameter_invalid', 'The user is not known', explanation)
}

export const transferRoutes: readonly Route[] = [{ method: 'POST', path: '/auth/usermigrationinfo', handle: migrate }]
