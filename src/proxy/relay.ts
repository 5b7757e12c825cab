import type { Socket } from 'node:net'

/**
 * Lets two connections speak to each other until one of them breaks, both have said all, or neither says anything for too long. No more
 * bytes wait than the buffers of two streams hold: who does not read holds up who writes.
 *
 * @param head what the client sent behind its CONNECT
 * @param idleMs how long neither may say anything
 */
export function relay(client: Socket, upstream: Socket, head: Buffer, idleMs: number): void {
  const cut = () => {
    client.destroy()
    upstream.destroy()
  }
  const ends = [
    [client, upstream],
    [upstream, client],
  ] as const
  for (const [one, other] of ends) {
    one.on('error', cut)
    // What one reads the other writes: each sees both directions.
    one.setTimeout(idleMs, cut)
    one.once('close', () => {
      if (!one.readableEnded) return void other.destroy()
      // What came before its end may still be on its way to the other; nobody takes what that one says, but for its end.
      other.end()
      other.unpipe(one).resume()
    })
    one.pipe(other)
  }
  if (head.length > 0) upstream.write(head)
}
