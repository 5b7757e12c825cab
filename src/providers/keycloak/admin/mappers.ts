import type { Route } from '../../provider.ts'
import type { Members } from '../realm/members.ts'
import { readMappers } from '../realm/read-client.ts'
import type { Mapper } from '../realm/representations.ts'
import { type AdminCall, adminRoute, conflict, created, json, notFound } from './call.ts'
import { saveClient } from './clients.ts'
import { clientOf } from './find-client.ts'
import { saveScope, scopeOf } from './find-scope.ts'

/** Whose mappers they are. */
interface Holder {
  path: string
  where(call: AdminCall): string
  mappers(call: AdminCall): readonly Mapper[]
  save(call: AdminCall, mappers: readonly Mapper[]): void
}

const ofClients: Holder = {
  path: '/clients/:client/protocol-mappers',
  where: (call) => `/clients/${clientOf(call).app.app_id}`,
  mappers: (call) => call.realm.client(clientOf(call)).protocolMappers,
  save(call, protocolMappers) {
    const client = clientOf(call)
    saveClient(call, client, { ...call.realm.client(client), protocolMappers })
  },
}

const ofScopes: Holder = {
  path: '/client-scopes/:scope/protocol-mappers',
  where: (call) => `/client-scopes/${scopeOf(call).id}`,
  mappers: (call) => scopeOf(call).protocolMappers ?? [],
  save: (call, protocolMappers) => saveScope(call, { ...scopeOf(call), protocolMappers }),
}

function add(call: AdminCall, holder: Holder, said: readonly Members[]): Mapper[] {
  const before = holder.mappers(call)
  const made = readMappers(said)
  if (made.some(({ name }) => before.some((one) => one.name === name))) throw conflict('Protocol mapper exists with same name')
  // What stands in access tokens is told at introspection, too, unless it says otherwise.
  const told = made.map((mapper) =>
    mapper.config['access.token.claim'] === 'true'
      ? { ...mapper, config: { 'introspection.token.claim': 'true', ...mapper.config } }
      : mapper,
  )
  holder.save(call, [...before, ...told])
  return told
}

function mapperOf(call: AdminCall, holder: Holder): Mapper {
  const found = holder.mappers(call).find(({ id }) => id === call.part('mapper'))
  if (found !== undefined) return found
  throw notFound('Model not found', `There is no protocol mapper with the id '${call.part('mapper')}'`)
}

function routesOf(holder: Holder): Route[] {
  const { path } = holder
  const read = ['view-clients', 'manage-clients']
  const write = ['manage-clients']
  return [
    adminRoute('GET', `${path}/models`, read, (call) => json(holder.mappers(call))),
    adminRoute('POST', `${path}/models`, write, (call) => {
      const [mapper] = add(call, holder, [call.body])
      return created(
        call,
        `/admin/realms/${encodeURIComponent(call.realm.name)}${holder.where(call)}/protocol-mappers/models/${mapper?.id ?? ''}`,
      )
    }),
    adminRoute('POST', `${path}/add-models`, write, (call) => {
      add(call, holder, call.items)
      return undefined
    }),
    adminRoute('GET', `${path}/protocol/:protocol`, read, (call) =>
      json(holder.mappers(call).filter(({ protocol }) => protocol === call.part('protocol'))),
    ),
    adminRoute('GET', `${path}/models/:mapper`, read, (call) => json(mapperOf(call, holder))),
    adminRoute('PUT', `${path}/models/:mapper`, write, (call) => {
      const before = mapperOf(call, holder)
      const [said] = readMappers([{ ...before, ...call.body, id: before.id }])
      holder.save(
        call,
        holder.mappers(call).map((one) => (one.id === before.id ? (said ?? one) : one)),
      )
      return undefined
    }),
    adminRoute('DELETE', `${path}/models/:mapper`, write, (call) => {
      const { id } = mapperOf(call, holder)
      holder.save(
        call,
        holder.mappers(call).filter((one) => one.id !== id),
      )
      return undefined
    }),
  ]
}

/** Protocol mappers of clients and client scopes. */
export const mapperRoutes: readonly Route[] = [...routesOf(ofClients), ...routesOf(ofScopes)]
