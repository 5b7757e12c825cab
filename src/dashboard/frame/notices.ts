/** What a page says after something was done; the address carries the name alone, so that nobody can put words there. */
const notices = {
  'app-created': () => 'The app was created, with its first client.',
  'app-saved': () => 'The app was saved.',
  'app-deleted': () => 'The app was deleted, and all that its clients were given.',
  'client-created': () => 'A client ID and its secret were generated.',
  'client-deleted': () => 'The client ID was deleted. Its tokens work no more.',
  'uri-added': () => 'The redirect URI was added.',
  'uri-removed': () => 'The redirect URI was removed.',
  'scopes-saved': () => 'The permission scopes were saved.',
  'stores-saved': () => 'The store links were saved.',
  'brand-saved': () => 'The brand was saved.',
  'brand-deleted': () => 'The brand was deleted. Its apps belong to the company now.',
  'users-generated': (n: string) => (n === '1' ? 'One user was generated.' : `${n} users were generated.`),
  'user-saved': () => 'The user was saved.',
  'user-deleted': () => 'The user was deleted, and all that was allowed in its name.',
  'friend-added': () => 'They are friends now.',
  'friend-removed': () => 'They are friends no more.',
  'user-app-added': () => 'The user may sign in to the app now.',
  'user-app-removed': () => 'The user removed the app: what it was given works no more.',
  'kid-added': () => 'The kid was added to the family.',
  'requests-forgotten': () => 'The requests were forgotten.',
  'grant-revoked': () => 'The grant was revoked. Its tokens work no more.',
  approved: () => 'The request was approved. The app gets its tokens when it asks again.',
  denied: () => 'The request was denied.',
  'tokens-expired': (n: string) => (n === '1' ? 'One token expired.' : `${n} tokens expired.`),
  'settings-saved': () => 'The settings were saved.',
  'clock-set': () => 'The clock was set.',
  'sandbox-reset': () => 'The sandbox is as it was when it was made.',
} as const satisfies Record<string, (count: string) => string>

export type Notice = keyof typeof notices

/** The text of a notice that an address names; undefined when there is none of that name. */
export function noticeText(name: string, count: string): string | undefined {
  if (!Object.hasOwn(notices, name)) return undefined
  return notices[name as Notice](/^\d{1,9}$/.test(count) ? Number(count).toLocaleString('en-US') : 'Some')
}
