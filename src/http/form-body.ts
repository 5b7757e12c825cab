import { parse } from 'fast-querystring'
import type { FastifyInstance, FastifyRequest } from 'fastify'

/** Lets an app read forms, as it reads queries: what is repeated becomes a list. */
export function acceptForms(app: FastifyInstance): void {
  // Taken as text, bytes that are no UTF-8 would seem to make another length than was announced.
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, parse(body.toString()))
  })
}

/** Lets an app read forms with files as well: a file is its text. */
export function acceptUploads(app: FastifyInstance): void {
  app.addContentTypeParser('multipart/form-data', { parseAs: 'buffer' }, async ({ headers }: FastifyRequest, body: Buffer) => {
    const read = new Response(new Uint8Array(body), { headers: { 'Content-Type': headers['content-type'] ?? '' } })
    const form = await read.formData().catch(() => {
      throw Object.assign(new Error('The form and its file cannot be read: it is no multipart/form-data (RFC 7578)'), { statusCode: 400 })
    })
    const entries = await Promise.all(
      [...form].map(async ([name, value]) => ({ name, text: typeof value === 'string' ? value : await value.text() })),
    )
    return Object.fromEntries([...Map.groupBy(entries, ({ name }) => name)].map(([name, all]) => [name, all.map(({ text }) => text)]))
  })
}
