import type { User } from '../../oauth/model/records.ts'

export function nameOf({ first_name, last_name, username }: User): string {
  return `${first_name} ${last_name}`.trim() || username
}

/** Where a user's picture is, which is drawn here. @param id as the app knows him @param base the issuer, or where the API was asked */
export function pictureOf(id: string, base: string): string {
  return `${base.replace('//www.', '//graph.')}/${id}/picture`
}
