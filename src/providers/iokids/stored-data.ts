import type { App, User } from '../../oauth/model/records.ts'
import type { Documents } from '../documents.ts'

/** What an app keeps about a user: a JSON object, counted up at each change; times are milliseconds by the sandbox's clock. */
export interface StoredData {
  data: Readonly<Record<string, unknown>>
  version: number
  created_at: number
  updated_at: number
}

/** Of which app, about whom, and in which bucket; null for the data without one. */
export interface DataAddress {
  app: App
  user: User
  bucket: string | null
}

const kind = (documents: Documents) => documents.kind<StoredData>('app_data')

/** No bucket may have the empty name, so the data without a bucket has it. */
const keyOf = ({ bucket }: DataAddress) => bucket ?? ''

/** What an app stored. */
export function findData(documents: Documents, address: DataAddress): StoredData | undefined {
  return kind(documents).get(keyOf(address), address)
}

/**
 * Replaces the data by what `change` makes of it, or removes it when that is undefined, in one transaction: what `change`
 * throws leaves all as it was.
 */
export function changeData(
  documents: Documents,
  address: DataAddress,
  now: number,
  change: (before: StoredData | undefined) => StoredData['data'] | undefined,
): { before: StoredData | undefined; after: StoredData | undefined } {
  return documents.transaction(() => {
    const [all, key] = [kind(documents), keyOf(address)]
    const before = all.get(key, address)
    const data = change(before)
    if (data === undefined) {
      all.delete(key, address)
      return { before, after: undefined }
    }
    const after = { data, version: (before?.version ?? 0) + 1, created_at: before?.created_at ?? now, updated_at: now }
    all.put(key, after, address)
    return { before, after }
  })
}
