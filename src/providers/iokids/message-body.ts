import type { User } from '../../oauth/model/records.ts'
import type { Message } from '../social.ts'
import { ApiError, invalid } from './api-error.ts'
import type { Call } from './authorized.ts'
import { findImage } from './images.ts'
import { isObject, jsonBody, keepable } from './json-body.ts'
import { personNamed } from './people.ts'

const maxTextLength = 500

/**
 * What a client wants to be written: `{"to", "text", "image_id"?, "data"?}`.
 * @throws ApiError 4001, 4041 when nobody is called so, 4131
 */
export function readMessage(call: Call): Pick<Message, 'text' | 'image_id' | 'data'> & { to: User } {
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
  throw invalid(
    'image_id must be the id of an image that you may see',
    `@${call.user.username} may see no image ${JSON.stringify(image_id)}`,
  )
}
