/**
 * In this room: iOKids: families, their messages and pictures, data of applications, and its way to answer.
 * Elsewhere: what other vendors need too (`providers/`).
 */

import { randomLowerCase } from '../../basics/random.ts'
import { defaultPageTexts } from '../page-texts.ts'
import type { Provider } from '../provider.ts'
import { standardGrantTypes } from '../standard/world.ts'
import { applicationDataRoutes } from './application-data.ts'
import { iokidsBrands } from './brands.ts'
import { iokidsCollection } from './collection.ts'
import { iokidsIcons } from './drawings.ts'
import { iokidsErrorReply, iokidsRefuses } from './errors.ts'
import { iokidsExam } from './exam.ts'
import { imagesRoutes } from './images.ts'
import { iokidsJoin } from './join.ts'
import { messagesRoutes } from './messages.ts'
import { profileRoutes } from './profile.ts'
import { searchRoutes } from './search.ts'
import { iokidsSettings } from './settings.ts'
import { iokidsTokens } from './tokens.ts'
import { iokidsWorld, seedMessages } from './world.ts'

/** Social sign-on for kids' apps: sign-in page, sandbox users, partner dashboard, five-minute tokens. */
export const iokids: Provider = {
  id: 'iokids',
  name: 'iOKids',
  hosts: ['sandbox.iokids.net'],
  paths: {
    authorize: '/oauth/signin',
    token: '/oauth/token',
    join: '/oauth/join',
    device_authorization: '/oauth/device_authorization',
    device: '/oauth/device',
    backchannel_authentication: '/oauth/bc-authorize',
    ciba: '/oauth/ciba',
  },
  grant_types: standardGrantTypes,
  auth_methods: ['client_secret_post', 'client_secret_basic', 'none'],
  settings: { access_token_ttl: 300, rotation: 'lenient' },
  own_settings: iokidsSettings.described,
  scopes: [
    { name: 'profile', description: 'Your profile and cover photo' },
    { name: 'kids', description: 'Your kids' },
    { name: 'friends', description: 'Your friends' },
    { name: 'messages', description: 'Your messages, and writing them' },
    { name: 'appdata', description: 'What the app stores about you' },
    { name: 'images', description: 'Pictures' },
    { name: 'search', description: 'Finding other users' },
  ],
  ids: {
    client_id: () => `iok-cid-${randomLowerCase(24)}`,
    client_secret: () => `iok-cse-${randomLowerCase(40)}`,
    app_id: () => `app_${randomLowerCase(16)}`,
    user_id: () => `usr_${randomLowerCase(16)}`,
  },
  tokens: iokidsTokens,
  signing_algs: [],
  texts: {
    ...defaultPageTexts,
    title: 'iOKids Login',
    logo: 'iOKids®',
    signInHeading: 'Sign In',
    usernamePrefix: '@',
    signInButton: 'Sign In',
    joinButton: 'Join Now',
    continueHeading: 'Continue to use the App',
    accent: 'blue',
  },
  new_users: iokidsJoin,
  brands: iokidsBrands,
  icons: iokidsIcons,
  errorReply: iokidsErrorReply,
  refuses: iokidsRefuses,
  routes: [...profileRoutes, ...messagesRoutes, ...applicationDataRoutes, ...imagesRoutes, ...searchRoutes],
  world: iokidsWorld,
  seed: seedMessages,
  exam: iokidsExam,
  collection: iokidsCollection,
}
