import type { Client } from '../oauth/records.ts'

/** A file to take away. */
export interface Export {
  label: string
  href: string
}

/** What other tools import to try a client. */
export function exportsOf(base: string, client: Client): Export[] {
  const query = `?client_id=${encodeURIComponent(client.client_id)}`
  return [
    { label: 'Postman collection', href: `${base}/exports/postman-collection.json` },
    { label: 'Postman environment', href: `${base}/exports/postman-environment.json${query}` },
    { label: 'Bruno collection', href: `${base}/exports/bruno.json${query}` },
    { label: '.http file', href: `${base}/exports/requests.http${query}` },
  ]
}
