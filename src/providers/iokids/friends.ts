import type { Route } from '../provider.ts'
import { authorized } from './authorized.ts'
import { isRow, listOf, readPage } from './paging.ts'
import { summary } from './people.ts'

/** The collection's folder "Friends". */
export const friendsRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/me/friends',
    async handle(request) {
      const { user } = await authorized(request, 'friends')
      const page = readPage(request.query, 'friends', isRow)
      const friends = request.social.people.friends(user, { after: page.after ?? 0, limit: page.limit + 1 })
      return { status: 200, body: listOf(friends, page, 'friends', (friend) => friend.row, summary) }
    },
  },
]
