import type { FastifyReply } from 'fastify'

/** Server-sent events (HTML §9.2): the one writer of them, with its limits. */
export interface EventStream {
  /** Sends an event. A client that does not read is let go: it comes back and names the last event that it saw. */
  send(event: { id?: number; name: string; data: string }): void
  /** Breaks it off. */
  destroy(): void
}

/** So often something is sent, lest a proxy takes the silence for the end; milliseconds. */
const heartbeat = 15_000

/** How many bytes a client may let pile up. */
const patience = 8 * 1024 * 1024

/**
 * Answers with a stream of events, which stays open until the client goes or the server stops.
 * @param about a comment at its beginning, for whoever looks at it
 * @param stopping aborted when the server is about to stop
 * @param ended called once, whoever ended it
 */
export function openEventStream(reply: FastifyReply, about: string, stopping: AbortSignal, ended: () => void): EventStream {
  reply.hijack()
  const { raw } = reply
  raw.writeHead(200, {
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store',
    // The stream ends with its connection, which must not be offered for more.
    Connection: 'close',
    'X-Accel-Buffering': 'no',
  })
  raw.write(`: ${about}\nretry: 2000\n\n`)
  const beat = setInterval(() => raw.write(':\n\n'), heartbeat).unref()
  const stop = () => {
    // A beat behind the end would be an error that nobody hears.
    clearInterval(beat)
    raw.end()
  }
  raw.once('close', () => {
    clearInterval(beat)
    stopping.removeEventListener('abort', stop)
    ended()
  })
  if (stopping.aborted) stop()
  else stopping.addEventListener('abort', stop)
  return {
    send({ id, name, data }) {
      if (raw.writableEnded || raw.destroyed) return
      raw.write(`${id === undefined ? '' : `id: ${id}\n`}event: ${name}\n${data.replace(/^/gm, 'data: ')}\n\n`)
      if (raw.writableLength > patience) raw.destroy()
    },
    destroy: () => void raw.destroy(),
  }
}
