import type { App } from '../../oauth/model/records.ts'
import type { Reply, Route } from '../provider.ts'
import { authenticated, type Call, route } from './authorized.ts'
import { conditional, requirePreconditions } from './conditional.ts'
import { iconIdOf } from './drawings.ts'
import { ApiError, invalid } from './errors.ts'
import { type JsonObject, jsonBody, keepable } from './json-body.ts'

/** What an app keeps about a user: a JSON object, counted up at each change; times are milliseconds by the sandbox's clock. */
interface StoredData {
  data: JsonObject
  version: number
  created_at: number
  updated_at: number
}

const bucketPattern = /^[A-Za-z0-9._-]{1,64}$/
const noData: StoredData = { data: {}, version: 0, created_at: 0, updated_at: 0 }

/** The collection's folder "Application User Data". */
export const applicationDataRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/application',
    async handle(request) {
      const { client } = await authenticated(request)
      return { status: 200, body: appView(client.app) }
    },
  },
  route('GET', '/v1/application/data', 'appdata', (call) => {
    const stored = find(call) ?? noData
    return conditional(call, etagOf(stored), {}, () => view(null, stored))
  }),
  route('POST', '/v1/application/data', 'appdata', (call) => {
    const patch = keepable(jsonBody(call))
    const { after } = change(call, null, (before) => merge(before?.data ?? {}, patch))
    return answer(200, null, after)
  }),
  route('PUT', '/v1/application/data/:bucket', 'appdata', (call) => {
    const { bucket = '' } = call.params
    if (!bucketPattern.test(bucket)) {
      const explanation = `A bucket must match ${bucketPattern}; '${bucket}' came`
      throw invalid('a bucket has 1 to 64 characters of A-Z, a-z, 0-9, ".", "_" and "-"', explanation)
    }
    const data = keepable(jsonBody(call))
    const { before, after } = change(call, bucket, () => data)
    return before === undefined
      ? answer(201, bucket, after, { Location: `${call.base_url}/v1/application/data/${bucket}` })
      : answer(200, bucket, after)
  }),
  route('POST', '/v1/application/data/:bucket', 'appdata', (call) => {
    const { bucket = '' } = call.params
    const patch = keepable(jsonBody(call))
    const { after } = change(call, bucket, (before) => merge(existing(before, bucket).data, patch))
    return answer(200, bucket, after)
  }),
  route('GET', '/v1/application/data/:bucket', 'appdata', (call) => {
    const { bucket = '' } = call.params
    const stored = existing(find(call, bucket), bucket)
    return conditional(call, etagOf(stored), {}, () => view(bucket, stored))
  }),
  route('DELETE', '/v1/application/data/:bucket', 'appdata', (call) => {
    const { bucket = '' } = call.params
    change(call, bucket, (before) => {
      existing(before, bucket)
      return undefined
    })
    return { status: 204 }
  }),
]

/** Data of the app about the user. No bucket may have the empty name, so the data without a bucket has it. */
function find({ documents, app, user }: Call, bucket = ''): StoredData | undefined {
  return documents.kind<StoredData>('app_data').get(bucket, { app, user })
}

/**
 * Replaces data that the client may have seen before by what `make` makes of it, or removes it when that is undefined, in one
 * transaction: what is thrown leaves all as it was.
 */
function change(call: Call, bucket: string | null, make: (before: StoredData | undefined) => JsonObject | undefined) {
  const { documents, app, user, now } = call
  return documents.transaction(() => {
    const before = find(call, bucket ?? '')
    const data = make(before)
    requirePreconditions(call, before && etagOf(before))
    const all = documents.kind<StoredData>('app_data')
    if (data === undefined) all.delete(bucket ?? '', { app, user })
    const after = data && { data, version: (before?.version ?? 0) + 1, created_at: before?.created_at ?? now, updated_at: now }
    if (after !== undefined) all.put(bucket ?? '', after, { app, user })
    return { before, after }
  })
}

/** The members of `patch` take the place of those of that name; null removes one. */
function merge(before: JsonObject, patch: JsonObject): JsonObject {
  return keepable(
    Object.fromEntries(Object.entries({ ...before, ...patch }).filter(([name, value]) => value !== null || !Object.hasOwn(patch, name))),
  )
}

function existing(stored: StoredData | undefined, bucket: string): StoredData {
  if (stored === undefined) throw new ApiError(4041, `The app has no bucket '${bucket}' for this user; PUT creates one`)
  return stored
}

function answer(status: number, bucket: string | null, stored: StoredData = noData, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers: { ...headers, ETag: etagOf(stored) }, body: view(bucket, stored) }
}

function etagOf({ version }: StoredData): string {
  return `"${version}"`
}

function view(bucket: string | null, { data, version, created_at, updated_at }: StoredData) {
  const time = (milliseconds: number) => (version === 0 ? null : new Date(milliseconds).toISOString())
  return { bucket, data, version, created: time(created_at), updated: time(updated_at) }
}

function appView(app: App) {
  return {
    id: app.app_id,
    name: app.name,
    description: app.description,
    environment: 'sandbox',
    icon_image_id: iconIdOf(app),
    permission_scopes: app.scopes,
    mobile_store_links: { apple: null, google: null, amazon: null, ...app.mobile_store_links },
  }
}
