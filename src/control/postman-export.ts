import { z } from 'zod'
import type { Client } from '../oauth/records.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { addressesOf } from './addresses.ts'
import type { Resource } from './deps.ts'
import { sandboxNamed } from './lookup.ts'
import { postmanCollection, postmanEnvironment } from './postman.ts'
import { invalid } from './problem.ts'
import { inSandbox, refusal } from './schemas.ts'
import { anyOf } from './validation.ts'

const document = z.record(z.string(), z.unknown())

/** What Postman imports to try a sandbox. */
export const postmanExport: Resource = async (app, deps) => {
  const folder = '/sandboxes/:sandbox/postman'

  app.get(
    `${folder}/collection.json`,
    {
      schema: {
        tags: ['postman'],
        summary: "The vendor's requests, as a Postman collection v2.1",
        params: inSandbox,
        response: { 200: document, default: refusal },
      },
    },
    async (request) => {
      const { name, provider } = sandboxNamed(request.params.sandbox, deps.sandboxes)
      return { ...postmanCollection({ collection: provider.collection, sandbox: name }) }
    },
  )

  app.get(
    `${folder}/environment.json`,
    {
      schema: {
        tags: ['postman'],
        summary: 'The variables of that collection, filled for one client',
        params: inSandbox,
        querystring: z.strictObject({ client_id: z.string().optional().describe('The first client of the sandbox when absent.') }),
        response: { 200: document, default: refusal },
      },
    },
    async (request) => {
      const sandbox = sandboxNamed(request.params.sandbox, deps.sandboxes)
      const client = await clientOf(sandbox, request.query.client_id)
      const environment = postmanEnvironment({
        collection: sandbox.provider.collection,
        sandbox: sandbox.name,
        apiServer: addressesOf(sandbox, request.raw, deps).base_url.replace(/^https?:\/\//, ''),
        clientId: client?.client_id ?? '',
        clientSecret: client?.client_secret ?? '',
      })
      return { ...environment }
    },
  )
}

/** @throws Problem when the client that was asked for is none of the sandbox's */
async function clientOf({ directory }: Sandbox, client_id: string | undefined): Promise<Client | undefined> {
  const clients = await directory.listClients()
  if (client_id === undefined) return clients[0]
  const found = clients.find((client) => client.client_id === client_id)
  if (found !== undefined) return found
  throw invalid({ field: 'client_id', expected: anyOf(clients.map((client) => client.client_id)), came: client_id })
}
