import { TakenError } from '../../../oauth/model/directory.ts'
import { OAuthError } from '../../../oauth/model/errors.ts'
import { noteTo } from '../../../oauth/realm/context.ts'
import type { ApiRequest, Reply, Route } from '../../provider.ts'
import { type Members, members, text } from '../realm/members.ts'
import { readRealm } from '../realm/read-realm.ts'
import { beyondSettings, settingsFor, shownRealm } from '../realm/settings.ts'
import { makeRealm } from '../realm-import.ts'
import { checkMayCreateRealm, maySee } from './access.ts'
import { adminRoute, bad, conflict, json, replyOf } from './call.ts'
import { eventsBegin } from './events.ts'
import { shownKeys } from './shown-keys.ts'

/** A handler that answers at once. */
function inTurn(answer: (request: ApiRequest) => Reply): Route['handle'] {
  return (request) => new Promise((resolve) => resolve(answer(request)))
}

/** Makes a realm of its representation. @returns what could not be taken over */
export function importRealm(said: Members, { spaces, context: { realm } }: Pick<ApiRequest, 'spaces' | 'context'>): string[] {
  const plan = readRealm(said)
  if (plan.realm === '') throw bad('Realm name cannot be empty')
  if (spaces.find(plan.realm) !== undefined) throw conflict(`Realm ${plan.realm} already exists`)
  try {
    makeRealm(plan, spaces, realm.clock.now())
  } catch (error) {
    if (error instanceof TakenError) throw conflict('Duplicate resource error')
    throw error
  }
  return plan.left
}

const listRealms: Route = {
  method: 'GET',
  path: '/admin/realms',
  handle: inTurn((request) => {
    const brief = request.query.briefRepresentation === 'true'
    const all = request.spaces.list().filter(({ space }) => maySee(request, space))
    if (all.length === 0) throw new OAuthError('insufficient_scope', 'HTTP 403 Forbidden', 'The token may administer no realm')
    return replyOf(json(all.map((world) => shownRealm(world, brief))))
  }),
}

const createRealm: Route = {
  method: 'POST',
  path: '/admin/realms',
  handle: inTurn((request) => {
    checkMayCreateRealm(request)
    const said = members(request.body)
    const left = importRealm(said, request)
    for (const one of left) noteTo(request.context, `Of the realm ${one}`)
    return { status: 201, headers: { Location: `${request.base_url}/admin/realms/${encodeURIComponent(text(said.realm) ?? '')}` } }
  }),
}

/** Realms themselves. */
export const realmRoutes: readonly Route[] = [
  listRealms,
  createRealm,
  adminRoute('GET', '', [], ({ world }) => json(shownRealm(world))),
  adminRoute('PUT', '', ['manage-realm'], ({ body, realm, world, request, now }) => {
    const said = { ...realm.settings, ...body, ...eventsBegin(body, realm.settings, now), realm: realm.name }
    realm.settings = beyondSettings(said)
    request.spaces.change(world.space, settingsFor(said))
    return undefined
  }),
  adminRoute('DELETE', '', ['manage-realm'], ({ world, request }) => {
    request.spaces.delete(world.space)
    return undefined
  }),
  adminRoute('GET', '/keys', ['view-realm', 'manage-realm'], async ({ world }) => json(await shownKeys(world))),
  adminRoute('POST', '/push-revocation', ['manage-realm'], () => json({})),
  adminRoute('GET', '/credential-registrators', [], () =>
    json(['CONFIGURE_TOTP', 'webauthn-register', 'webauthn-register-passwordless', 'CONFIGURE_RECOVERY_AUTHN_CODES']),
  ),
  adminRoute('GET', '/components', ['view-realm', 'manage-realm'], () => json([])),
  adminRoute('GET', '/default-groups', ['view-realm', 'manage-realm'], () => json([])),
]
