import type { FastifyReply } from 'fastify'

/** A file to take along. */
interface SentFile {
  name: string
  /** Its media type. */
  type: string
  text: string
}

/** Answers with a file that the browser saves; nothing keeps it on the way. */
export function sendFile(reply: FastifyReply, { name, type, text }: SentFile): FastifyReply {
  return reply
    .type(type)
    .header('Content-Disposition', `attachment; filename="${name}"`)
    .header('Cache-Control', 'no-store')
    .header('X-Content-Type-Options', 'nosniff')
    .send(text)
}
