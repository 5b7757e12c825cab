import { get, type IncomingMessage } from 'node:http'
import fastify from 'fastify'
import { expect, onTestFinished, test } from 'vitest'
import { type EventStream, openEventStream } from '../../src/http/event-stream.ts'

/** A stream of events, and the answer that a client begins to read when it likes. */
async function open() {
  const stopping = new AbortController()
  let ended = false
  const streams: EventStream[] = []
  const app = fastify()
  app.get('/', async (_request, reply) => {
    streams.push(
      openEventStream(reply, 'words', stopping.signal, () => {
        ended = true
      }),
    )
    return reply
  })
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  const answer = await new Promise<IncomingMessage>((resolve, reject) => get(url, { agent: false }, resolve).on('error', reject))
  answer.on('error', () => {})
  onTestFinished(async () => {
    answer.destroy()
    await app.close()
  })
  const [stream] = streams
  if (stream === undefined) throw new Error('no stream')
  return { stream, answer, stopping, ended: () => ended }
}

test('a text of several lines is the data of one event (HTML §9.2.6)', async () => {
  const { stream, answer, stopping, ended } = await open()
  stream.send({ id: 7, name: 'row', data: '<li>\n\n</li>' })
  stopping.abort()
  let text = ''
  for await (const chunk of answer.setEncoding('utf8')) text += chunk
  expect(text).toBe(': words\nretry: 2000\n\nid: 7\nevent: row\ndata: <li>\ndata: \ndata: </li>\n\n')
  await expect.poll(ended).toBe(true)
  stream.send({ id: 8, name: 'row', data: 'too late' })
})

test('a client that reads nothing is let go before the memory is full', async () => {
  const { stream, answer, ended } = await open()
  answer.pause()
  const data = 'x'.repeat(256 * 1024)
  for (let id = 1; id <= 200 && !ended(); id++) {
    stream.send({ id, name: 'row', data })
    await new Promise((resolve) => setImmediate(resolve))
  }
  await expect.poll(ended).toBe(true)
})
