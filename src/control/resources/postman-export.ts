import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { addressesOf } from '../addresses.ts'
import type { Resource } from '../deps.ts'
import { exportDocuments, exportedClient } from '../exports/documents.ts'
import { sandboxNamed } from '../input/lookup.ts'
import { inSandbox, refusal } from '../schemas.ts'

const document = z.record(z.string(), z.unknown())
const forClient = z.strictObject({ client_id: z.string().optional().describe('The first client of the sandbox when absent.') })

/** What Postman and the editors' HTTP clients import to try a sandbox. */
export const postmanExport: Resource = (app, deps) => {
  const path = '/sandboxes/:sandbox'
  const documents = (request: FastifyRequest, name: string, client_id?: string) => {
    const sandbox = sandboxNamed(name, deps.sandboxes)
    return exportDocuments(sandbox, exportedClient(sandbox, client_id), addressesOf(sandbox, request.raw, deps).base_url)
  }
  const schema = (summary: string) => ({
    tags: ['exports'],
    summary,
    params: inSandbox,
    querystring: forClient,
    response: { 200: document, default: refusal },
  })

  app.get(
    `${path}/postman/collection.json`,
    {
      schema: {
        tags: ['exports'],
        summary: "The vendor's requests, as a Postman collection v2.1",
        params: inSandbox,
        response: { 200: document, default: refusal },
      },
    },
    (request) => ({ ...documents(request, request.params.sandbox).postmanCollection() }),
  )
  app.get(`${path}/postman/environment.json`, { schema: schema('The variables of that collection, filled for one client') }, (request) => ({
    ...documents(request, request.params.sandbox, request.query.client_id).postmanEnvironment(),
  }))
  app.get(
    `${path}/http/requests.http`,
    {
      schema: {
        ...schema('The same requests as a file for the HTTP clients of editors, filled for one client'),
        response: { 200: { description: 'The file.', content: { 'text/plain': { schema: z.string() } } }, default: refusal },
      },
    },
    (request, reply) => {
      const { httpFile } = documents(request, request.params.sandbox, request.query.client_id)
      reply.type('text/plain; charset=utf-8').send(httpFile())
    },
  )
}
