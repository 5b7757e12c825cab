import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** So many pieces of what comes for a tunnel are read before the answers that it waits for; the rest waits in the system. */
const most = 16

/**
 * Reads a connection that node:http reads no more, since only so it is noticed that the client goes away: then the connection is over.
 * @returns what stops it, and puts back what came
 */
export function readAhead(socket: Socket): () => void {
  const came: Buffer[] = []
  const read = () => {
    for (let chunk = socket.read(); chunk !== null; chunk = socket.read()) came.push(chunk)
    if (came.length >= most) socket.off('readable', read)
  }
  const gone = () => socket.destroy()
  socket.on('readable', read).once('end', gone)
  return () => {
    socket.off('readable', read).off('end', gone)
    if (came.length > 0 && socket.readable) socket.unshift(Buffer.concat(came))
  }
}

/** Tells an answer of the end of its connection: node:http tells the one whose turn it is, and those behind it unless a CONNECT came. */
export function tellOfEnd(answer: ServerResponse): void {
  if (answer.closed || answer.socket !== null) return
  answer.destroy()
  answer.emit('close')
}
