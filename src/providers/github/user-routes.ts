import { scopes } from '../../oauth/model/scope.ts'
import { drawPicture } from '../picture.ts'
import type { Route } from '../provider.ts'
import { apiRoute, tagged } from './api.ts'
import { apiError } from './api-errors.ts'
import { isGitHubApp } from './app-kind.ts'
import { emailsOf, privateProfile, publicProfile } from './profile.ts'
import { covers } from './scopes.ts'

const emails = {
  scopes: ['user:email'],
  refused: { status: 404, message: 'Not Found' },
  page: '/users/emails#list-email-addresses-for-the-authenticated-user',
} as const

/** Users: who signed in, his addresses, everybody by name, and their pictures. */
export const userRoutes: readonly Route[] = [
  ...apiRoute('/user', { page: '/users/users#get-the-authenticated-user' }, ({ user, token, at }) => {
    const sees = !isGitHubApp(token.client) && covers(scopes(token.scope), 'read:user')
    const profile = publicProfile(user, at)
    return tagged(sees ? { ...profile, user_view_type: 'private', ...privateProfile } : profile)
  }),
  ...apiRoute('/user/emails', emails, ({ user }) => tagged(emailsOf(user))),
  ...apiRoute('/user/public_emails', emails, ({ user }) => tagged(emailsOf(user).filter(({ visibility }) => visibility === 'public'))),
  ...apiRoute('/users/:username', { page: '/users/users#get-a-user' }, ({ params, at, directory }) => {
    const found = directory.findUser(params.username ?? '')
    if (found !== undefined) return tagged(publicProfile(found, at))
    throw apiError(404, 'Not Found', `There is no user '${params.username}'`, '/users/users#get-a-user')
  }),
  {
    method: 'GET',
    path: '/u/:id',
    async handle({ params }) {
      const body = await drawPicture(`${params.id}`)
      return { status: 200, headers: { 'Content-Type': 'image/svg+xml', 'Cache-Control': 'max-age=300' }, body }
    },
  },
]
