import type { Route } from '../provider.ts'
import { route } from './authorized.ts'
import { imageIdOf, imageSizes } from './drawings.ts'
import { ApiError } from './errors.ts'
import { pageOf, usersByRow } from './paging.ts'
import { fullUser, isKid, summary } from './people.ts'

/** The collection's folders "Profile" and "Friends". */
export const profileRoutes: readonly Route[] = [
  route('GET', '/v1/me', 'profile', (call) => ({ status: 200, body: fullUser(call.user, call) })),
  route('GET', '/v1/me/cover', 'profile', ({ user, base_url }) => {
    const image_id = imageIdOf(user, 'cover')
    if (image_id === null) throw new ApiError(4041, `@${user.username} has no cover photo: the claims say "cover_image_id": null`)
    const url = `${base_url}/v1/images/${image_id}`
    return { status: 200, body: { image_id, url, content_type: 'image/svg+xml', ...imageSizes.cover.medium } }
  }),
  route('GET', '/v1/me/kids', 'kids', (call) => {
    const { user, query, directory } = call
    if (isKid(user)) throw new ApiError(4031, `@${user.username} is a kid; only parents have kids`)
    const kids = directory.kidsOf(user)
    const read = (after = 0, limit: number) => kids.filter(({ row }) => row > after).slice(0, limit)
    return pageOf(query, usersByRow('kids'), read, (kid) => fullUser(kid, call))
  }),
  route('GET', '/v1/me/friends', 'friends', ({ user, query, social }) =>
    pageOf(query, usersByRow('friends'), (after = 0, limit) => social.people.friends(user, after, limit), summary),
  ),
]
