import { z } from 'zod'
import { exportDocuments } from '../exports/documents.ts'
import { sandboxRoutes, textAnswer } from '../sandbox-routes.ts'

const document = z.record(z.string(), z.unknown())
const query = z.strictObject({ client_id: z.string().optional().describe('The first client of the sandbox when absent.') })

/** What Postman and the editors' HTTP clients import to try a sandbox. */
export const postmanExport = sandboxRoutes('exports', ({ inSpace: { get } }) => {
  const collection = "The vendor's requests, as a Postman collection v2.1"
  get('/postman/collection.json', collection, { answer: document }, ({ sandbox, addresses }) => ({
    ...exportDocuments(sandbox, undefined, addresses.base_url).postmanCollection(),
  }))

  const environment = 'The variables of that collection, filled for one client'
  get('/postman/environment.json', environment, { query, answer: document }, ({ sandbox, addresses, query: { client_id } }) => ({
    ...exportDocuments(sandbox, client_id, addresses.base_url).postmanEnvironment(),
  }))

  const file = 'The same requests as a file for the HTTP clients of editors, filled for one client'
  get('/http/requests.http', file, { query, answer: textAnswer('text/plain', 'The file.') }, ({ sandbox, addresses, query, reply }) => {
    reply.type('text/plain; charset=utf-8')
    return exportDocuments(sandbox, query.client_id, addresses.base_url).httpFile()
  })
})
