import { valuesOf } from '../../control/exports/variables.ts'
import type { CollectionRequest, RequestCollection } from '../../providers/collection.ts'

/** What stands for the variables of a collection's requests. */
export interface Filling {
  base_url: string
  client_id: string
  client_secret: string
}

/** The command that sends a request of a collection, with all filled in but what only a sign-in gives. */
export function curlOf(request: CollectionRequest, collection: RequestCollection, { base_url, client_id, client_secret }: Filling): string {
  const client = { clientId: client_id, clientSecret: client_secret }
  const held = { apiServer: base_url, ...client, refreshToken: 'REFRESH_TOKEN', accessToken: 'ACCESS_TOKEN' }
  const variables: Record<string, string> = { ...valuesOf(collection, held), $guid: 'an-id-of-your-own' }
  const filled = (text: string) => text.replaceAll(/\{\{([^{}]+)\}\}/g, (whole, name: string) => variables[name] ?? whole)
  const { method, path, auth, headers = {}, form, json } = request
  const isForm = form !== undefined || json !== undefined
  const lines = [
    `curl ${shellWord(base_url + filled(path).replaceAll(' ', '%20'))}`,
    ...(method === (isForm ? 'POST' : 'GET') ? [] : [`--request ${method}`]),
    ...(auth === 'basic' ? [`--user ${shellWord(`${client_id}:${client_secret}`)}`] : []),
    ...(auth === 'bearer' ? [`--header 'Authorization: Bearer ACCESS_TOKEN'`] : []),
    ...Object.entries(headers).map(([name, value]) => `--header ${shellWord(`${name}: ${filled(value)}`)}`),
    ...Object.entries(form ?? {}).map(([name, value]) => `--data-urlencode ${shellWord(`${name}=${filled(value)}`)}`),
    ...(json === undefined ? [] : ["--header 'Content-Type: application/json'", `--data ${shellWord(filled(JSON.stringify(json)))}`]),
  ]
  return lines.join(' \\\n  ')
}

/** A word of a POSIX shell. */
export function shellWord(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
