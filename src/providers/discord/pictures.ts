import { sameSecret } from '../../basics/random.ts'
import { drawPicture } from '../picture.ts'
import type { Reply, Route } from '../provider.ts'
import { apiError } from './api.ts'
import type { Webhook } from './tokens.ts'

async function drawn(id: string): Promise<Reply> {
  const headers = { 'Content-Type': 'image/svg+xml', 'Cache-Control': 'public, max-age=86400' }
  return { status: 200, headers, body: await drawPicture(id) }
}

/** What stands at the addresses that answers and clients make: pictures, whatever their ending says, and webhooks. */
export const addressRoutes: readonly Route[] = [
  { method: 'GET', path: '/avatars/:user/:file', handle: ({ params: { user = '' } }) => drawn(user) },
  { method: 'GET', path: '/embed/avatars/:file', handle: ({ params: { file = '' } }) => drawn(file.split('.')[0] ?? '') },
  {
    method: 'POST',
    path: '/api/webhooks/:id/:token',
    handle({ params: { id = '', token = '' }, documents }) {
      if (sameSecret(documents.kind<Webhook>('discord_webhook').get(id)?.token ?? '', token)) return { status: 204 }
      throw apiError(404, 10_015, 'Unknown Webhook', `There is no webhook '${id}' with this token`)
    },
  },
]
