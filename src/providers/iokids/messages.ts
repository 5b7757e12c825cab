import { isDeepStrictEqual } from 'node:util'
import { randomLowerCase } from '../../basics/random.ts'
import type { User } from '../../oauth/model/records.ts'
import type { ApiRequest, Reply, Route } from '../provider.ts'
import type { Message } from '../social.ts'
import { ApiError, invalid } from './api-error.ts'
import { authorized } from './authorized.ts'
import { optionalJsonBody } from './json-body.ts'
import { readMessage } from './message-body.ts'
import { listOf, oneOf, readPage } from './paging.ts'
import { areFriends, summary } from './people.ts'

const idPattern = /^[A-Za-z0-9_-]{1,64}$/
const timePattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/i

/** The collection's folder "Message". */
export const messagesRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/messages',
    async handle(request) {
      const { user, client } = await authorized(request, 'messages')
      const { query, social } = request
      const box = oneOf(query, 'box', ['inbox', 'sent']) ?? 'inbox'
      const acknowledged = oneOf(query, 'acknowledged', ['true', 'false'])
      const page = readPage(query, box, isPosition)
      const messages = social.messages.list(client.app, user, {
        box,
        acknowledged: acknowledged && acknowledged === 'true',
        after: page.after && { sent_at: page.after[0], row: page.after[1] },
        limit: page.limit + 1,
      })
      return { status: 200, body: listOf(messages, page, box, (message) => [message.sent_at, message.row] as const, view) }
    },
  },
  { method: 'PUT', path: '/v1/messages', handle: (request) => putMessage(request, `msg_${randomLowerCase(16)}`) },
  {
    method: 'POST',
    path: '/v1/messages/acknowledge',
    async handle(request) {
      const { user, client } = await authorized(request, 'messages')
      const { before } = optionalJsonBody(request)
      const acknowledged = request.social.messages.acknowledgeAll(client.app, user, readTime(before), request.context.realm.clock.now())
      return { status: 200, body: { acknowledged } }
    },
  },
  {
    method: 'GET',
    path: '/v1/messages/:id',
    async handle(request) {
      const { user, client } = await authorized(request, 'messages')
      const message = request.social.messages.find(client.app, user, request.params.id ?? '')
      if (message === undefined) throw noMessage(request, user)
      return { status: 200, body: view(message) }
    },
  },
  { method: 'PUT', path: '/v1/messages/:id', handle: (request) => putMessage(request, request.params.id ?? '') },
  {
    method: 'POST',
    path: '/v1/messages/:id/acknowledge',
    async handle(request) {
      const { user, client } = await authorized(request, 'messages')
      optionalJsonBody(request)
      const { messages } = request.social
      const id = request.params.id ?? ''
      const message = messages.acknowledge(client.app, user, id, request.context.realm.clock.now())
      if (message !== undefined) return { status: 200, body: view(message) }
      if (messages.find(client.app, user, id) === undefined) throw noMessage(request, user)
      throw new ApiError(4031, `@${user.username} wrote this message; its receiver acknowledges it`)
    },
  },
]

/** Writes a message; the same again is answered with the message that is there. */
async function putMessage(request: ApiRequest, message_id: string): Promise<Reply> {
  const { user, client } = await authorized(request, 'messages')
  if (!idPattern.test(message_id)) {
    throw invalid(
      'the message id must have 1 to 64 characters of A-Z, a-z, 0-9, _ and -',
      `A message id must match ${idPattern}; '${message_id}' came`,
    )
  }
  const content = readMessage(request, user)
  const { messages, people } = request.social
  const relation = people.relation(user, content.to)
  if (!areFriends(user, content.to, relation) && !relation.kid && !relation.parent) {
    throw new ApiError(4031, `@${user.username} may write to friends, own kids and own parents; @${content.to.username} is none of these`)
  }
  const { message, created } = messages.put({
    ...content,
    app: client.app,
    from: user,
    message_id,
    sent_at: request.context.realm.clock.now(),
    acknowledged_at: null,
  })
  if (!created && !sameContent(message, user, content)) {
    throw new ApiError(4091, `A message '${message_id}' exists, from another user or with another receiver, text, image or data`)
  }
  return created
    ? { status: 201, headers: { Location: `${request.base_url}/v1/messages/${message_id}` }, body: view(message) }
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

function noMessage({ params }: ApiRequest, user: User): ApiError {
  return new ApiError(4041, `@${user.username} neither wrote nor was sent a message '${params.id}' in this app`)
}

/** Milliseconds of an RFC 3339 time. */
function readTime(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined
  const time = typeof value === 'string' && timePattern.test(value) ? Date.parse(value) : Number.NaN
  if (Number.isNaN(time))
    throw invalid('before must be a time such as 2018-01-02T14:34:00Z', `before must be an RFC 3339 time; ${JSON.stringify(value)} came`)
  return time
}

function isPosition(value: unknown): value is readonly [sent_at: number, row: number] {
  return Array.isArray(value) && value.length === 2 && value.every(Number.isSafeInteger)
}
