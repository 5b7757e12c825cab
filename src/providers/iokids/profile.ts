import type { Route } from '../provider.ts'
import { ApiError } from './api-error.ts'
import { authorized } from './authorized.ts'
import { imageSizes } from './drawings.ts'
import { imageIdOf } from './image-ids.ts'
import { isRow, listOf, readPage } from './paging.ts'
import { fullUser, isKid } from './people.ts'

/** The collection's folder "Profile". */
export const profileRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/me',
    async handle(request) {
      const { user } = await authorized(request, 'profile')
      return { status: 200, body: fullUser(user, user, request) }
    },
  },
  {
    method: 'GET',
    path: '/v1/me/cover',
    async handle(request) {
      const { user } = await authorized(request, 'profile')
      const image_id = imageIdOf(user, 'cover')
      if (image_id === null) throw new ApiError(4041, `@${user.username} has no cover photo: the claims say "cover_image_id": null`)
      const url = `${request.base_url}/v1/images/${image_id}`
      return { status: 200, body: { image_id, url, content_type: 'image/svg+xml', ...imageSizes.cover.medium } }
    },
  },
  {
    method: 'GET',
    path: '/v1/me/kids',
    async handle(request) {
      const { user } = await authorized(request, 'kids')
      if (isKid(user)) throw new ApiError(4031, `@${user.username} is a kid; only parents have kids`)
      const page = readPage(request.query, 'kids', isRow)
      const kids = request.social.people.kids(user, { after: page.after ?? 0, limit: page.limit + 1 })
      const { items, next_cursor } = listOf(
        kids,
        page,
        'kids',
        (kid) => kid.row,
        (kid) => fullUser(kid, user, request),
      )
      return { status: 200, body: { items: items, next_cursor } }
    },
  },
]
