import type { Route } from '../provider.ts'
import { applicationDataRoutes } from './application-data.ts'
import { friendsRoutes } from './friends.ts'
import { imagesRoutes } from './images.ts'
import { messagesRoutes } from './messages.ts'
import { profileRoutes } from './profile.ts'
import { searchRoutes } from './search.ts'

/** The vendor's API below `/v1`, in the order of its collection's folders. */
export const iokidsRoutes: readonly Route[] = [
  ...profileRoutes,
  ...friendsRoutes,
  ...messagesRoutes,
  ...applicationDataRoutes,
  ...imagesRoutes,
  ...searchRoutes,
]
