import { isDeepStrictEqual } from 'node:util'
import { randomLowerCase } from '../../basics/random.ts'
import type { User } from '../../oauth/model/records.ts'
import type { Reply, Route } from '../provider.ts'
import type { Message } from '../social.ts'
import { type Call, route } from './authorized.ts'
import { ApiError, invalid } from './errors.ts'
import { findImage } from './images.ts'
import { isObject, jsonBody, keepable, optionalJsonBody } from './json-body.ts'
import { oneOf, pageOf } from './paging.ts'
import { areFriends, personNamed, summary } from './people.ts'

const maxTextLength = 500
const idPattern = /^[A-Za-z0-9_-]{1,64}$/
const timePattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/i

const position = ({ sent_at, row }: Message) => [sent_at, row] as const
const isPosition = (value: unknown): value is readonly [sent_at: number, row: number] =>
  Array.isArray(value) && value.length === 2 && value.every(Number.isSafeInteger)

/** The collection's folder "Message". */
export const messagesRoutes: readonly Route[] = [
  route('GET', '/v1/messages', 'messages', ({ query, social, user, app }) => {
    const box = oneOf(query, 'box', ['inbox', 'sent']) ?? 'inbox'
    const acknowledged = oneOf(query, 'acknowledged', ['true', 'false'])
    const wanted = { box, acknowledged: acknowledged && acknowledged === 'true' }
    return pageOf(
      query,
      { name: box, position, isPosition },
      (after, limit) => social.messages.list(app, user, { ...wanted, after: after && { sent_at: after[0], row: after[1] }, limit }),
      view,
    )
  }),
  route('PUT', '/v1/messages', 'messages', (call) => putMessage(call, `msg_${randomLowerCase(16)}`)),
  route('POST', '/v1/messages/acknowledge', 'messages', (call) => {
    const before = readTime(optionalJsonBody(call).before)
    return { status: 200, body: { acknowledged: call.social.messages.acknowledgeAll(call.app, call.user, before, call.now) } }
  }),
  route('GET', '/v1/messages/:id', 'messages', ({ social, params, app, user }) => {
    const { id = '' } = params
    const message = social.messages.find(app, user, id)
    if (message === undefined) throw noMessage(id, user)
    return { status: 200, body: view(message) }
  }),
  route('PUT', '/v1/messages/:id', 'messages', (call) => putMessage(call, call.params.id ?? '')),
  route('POST', '/v1/messages/:id/acknowledge', 'messages', (call) => {
    optionalJsonBody(call)
    const { app, user, now } = call
    const { messages } = call.social
    const { id = '' } = call.params
    const message = messages.acknowledge(app, user, id, now)
    if (message !== undefined) return { status: 200, body: view(message) }
    if (messages.find(app, user, id) === undefined) throw noMessage(id, user)
    throw new ApiError(4031, `@${user.username} wrote this message; its receiver acknowledges it`)
  }),
]

/** Writes a message; the same again is answered with the message that is there. */
function putMessage(call: Call, message_id: string): Reply {
  const { user, app, now } = call
  if (!idPattern.test(message_id)) {
    const explanation = `A message id must match ${idPattern}; '${message_id}' came`
    throw invalid('the message id must have 1 to 64 characters of A-Z, a-z, 0-9, _ and -', explanation)
  }
  const content = readMessage(call)
  const { messages, people } = call.social
  const relation = people.relation(user, content.to)
  if (!areFriends(user, content.to, relation) && !relation.kid && !relation.parent) {
    throw new ApiError(4031, `@${user.username} may write to friends, own kids and own parents; @${content.to.username} is none of these`)
  }
  const { message, created } = messages.put({ ...content, app, from: user, message_id, sent_at: now, acknowledged_at: null })
  if (!created && !sameContent(message, user, content)) {
    throw new ApiError(4091, `A message '${message_id}' exists, from another user or with another receiver, text, image or data`)
  }
  return created
    ? { status: 201, headers: { Location: `${call.base_url}/v1/messages/${message_id}` }, body: view(message) }
    : { status: 200, body: view(message) }
}

function sameContent(message: Message, from: User, { to, ...content }: Pick<Message, 'to' | 'text' | 'image_id' | 'data'>): boolean {
  const { text, image_id, data } = message
  return message.from.row === from.row && message.to.row === to.row && isDeepStrictEqual({ text, image_id, data }, content)
}

function view({ message_id, from, to, text, image_id, data, sent_at, acknowledged_at }: Message) {
  return {
    id: message_id,
    from: summary(from),
    to: summary(to),
    text,
    image_id,
    data,
    sent: new Date(sent_at).toISOString(),
    acknowledged: acknowledged_at !== null,
    acknowledged_at: acknowledged_at === null ? null : new Date(acknowledged_at).toISOString(),
  }
}

function noMessage(id: string, user: User): ApiError {
  return new ApiError(4041, `@${user.username} neither wrote nor was sent a message '${id}' in this app`)
}

/** Milliseconds of an RFC 3339 time. */
function readTime(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined
  const time = typeof value === 'string' && timePattern.test(value) ? Date.parse(value) : Number.NaN
  if (Number.isNaN(time))
    throw invalid('before must be a time such as 2018-01-02T14:34:00Z', `before must be an RFC 3339 time; ${JSON.stringify(value)} came`)
  return time
}

/**
 * What a client wants to be written: `{"to", "text", "image_id"?, "data"?}`.
 * @throws ApiError 4001, 4041 when nobody is called so, 4131
 */
function readMessage(call: Call): Pick<Message, 'text' | 'image_id' | 'data'> & { to: User } {
  const { to: name, text, image_id = null, data } = jsonBody(call)
  if (typeof name !== 'string' || name === '') throw invalid('to must be a username or an id')
  if (typeof text !== 'string' || text === '') throw invalid(`text must be a string of 1 to ${maxTextLength} characters`)
  const length = [...text].length
  if (length > maxTextLength) {
    throw invalid(`text must have 1 to ${maxTextLength} characters`, `text may have ${maxTextLength} characters; it has ${length}`)
  }
  if (data !== undefined && data !== null && !isObject(data)) throw invalid('data must be a JSON object')
  const to = personNamed(call, name.replace(/^@/, ''))
  if (to === undefined) throw new ApiError(4041, `The sandbox has no user '${name}'`)
  return { to, text: text.toWellFormed(), image_id: readImage(call, image_id), data: keepable(data ?? {}) }
}

function readImage(call: Call, image_id: unknown): string | null {
  if (image_id === null) return null
  if (typeof image_id === 'string' && findImage(call, image_id) !== undefined) return image_id
  const explanation = `@${call.user.username} may see no image ${JSON.stringify(image_id)}`
  throw invalid('image_id must be the id of an image that you may see', explanation)
}
