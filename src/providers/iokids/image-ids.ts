import type { App, User } from '../../oauth/model/records.ts'

const letters = { picture: 'p', cover: 'c', icon: 'a' } as const
const members = { picture: 'image_id', cover: 'cover_image_id' } as const

/** What an image shows. */
export type ImageKind = keyof typeof letters

/**
 * Every user has a picture and a cover whose ids follow from his own; one whose claims say `"image_id": null` or
 * `"cover_image_id": null` has none.
 */
export function imageIdOf(user: User, kind: 'picture' | 'cover'): string | null {
  return user.claims[members[kind]] === null ? null : `img_${letters[kind]}${user.user_id.replace(/^usr_/, '')}`
}

export function iconIdOf(app: App): string {
  return `img_${letters.icon}${app.app_id.replace(/^app_/, '')}`
}

/** What an image's id says, and the ids that its owner may have. */
export function readImageId(image_id: string): { kind: ImageKind; owners: readonly string[] } | undefined {
  const [, letter, rest = ''] = /^img_([pca])(.+)$/s.exec(image_id) ?? []
  const kind = (['picture', 'cover', 'icon'] as const).find((one) => letters[one] === letter)
  return kind && { kind, owners: [`${kind === 'icon' ? 'app' : 'usr'}_${rest}`, rest] }
}
