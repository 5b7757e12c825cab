import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Resource } from '../deps.ts'
import { refusal } from '../schemas.ts'

/** Collects what the routes say of themselves; registered before they are. */
export async function describeRoutes(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'grantbox control API', version, description: 'Everything that a sandbox of grantbox holds, and its clock.' },
      components: { securitySchemes: { admin: { type: 'http', scheme: 'bearer', description: 'Asked for when an admin token is set.' } } },
      security: [{}, { admin: [] }],
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  })
}

/** The API's own description (OpenAPI 3.1), made from the schemas that check its requests. */
export const openapi: Resource = (app) => {
  app.get(
    '/openapi.json',
    {
      schema: {
        tags: ['server'],
        summary: 'This description',
        response: { 200: z.record(z.string(), z.unknown()), default: refusal },
      },
    },
    () => ({ ...app.swagger() }),
  )
}
