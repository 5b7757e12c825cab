import { exportDocuments } from '../../control/exports/documents.ts'
import { Problem } from '../../control/problem.ts'
import type { Client } from '../../oauth/model/records.ts'
import { isBeside } from '../../sandbox/spaces.ts'
import { sendFile } from '../frame/file.ts'
import { part } from '../frame/visit.ts'

const files = {
  'postman-collection.json': { label: 'Postman collection', make: 'postmanCollection' },
  'postman-environment.json': { label: 'Postman environment', make: 'postmanEnvironment' },
  'requests.http': { label: '.http file', make: 'httpFile' },
} as const

/** The links to what other tools import to try a client. */
export function exportsOf(base: string, client: Client | undefined): { label: string; href: string }[] {
  const query = client === undefined ? '' : `?client_id=${encodeURIComponent(client.client_id)}`
  return Object.entries(files).map(([file, { label }]) => ({ label, href: `${base}/exports/${file}${query}` }))
}

/** Those files. The control API has them too, but a browser that signed in here is not known there. */
export const exportPages = part({}, ({ get }) => {
  get('/exports/:file', ({ params, query, sandbox, addresses, reply }) => {
    const name = Object.keys(files).find((file): file is keyof typeof files => file === params.file)
    if (name === undefined) throw new Problem(404, `There is no such file; there are: ${Object.keys(files).join(', ')}`)
    const place = isBeside(sandbox) ? `${sandbox.name}-${encodeURIComponent(sandbox.space)}` : sandbox.name
    const made = exportDocuments(sandbox, query.raw('client_id'), addresses.base_url)[files[name].make]()
    return typeof made === 'string'
      ? sendFile(reply, { name: `${place}-${name}`, type: 'text/plain; charset=utf-8', text: made })
      : sendFile(reply, { name: `${place}-${name}`, type: 'application/json', text: JSON.stringify(made, null, 2) })
  })
})
