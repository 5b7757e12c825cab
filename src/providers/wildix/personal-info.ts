import { OAuthError } from '../../oauth/model/errors.ts'
import { requireAccessToken } from '../../oauth/proof/access-token.ts'
import { presentedToken } from '../../oauth/proof/presented-token.ts'
import type { ApiRequest, Reply } from '../provider.ts'
import { result, unauthorized } from './envelope.ts'

/** What clients of the PBX call to see whether their token works. */
export async function personalInfo({ authorization, context }: ApiRequest): Promise<Reply> {
  const { user } = await requireAccessToken(presentedToken(authorization, undefined), context).catch((error: unknown) => {
    throw error instanceof OAuthError ? unauthorized('Bearer', error.explanation) : error
  })
  if (user === undefined) throw unauthorized('Bearer', 'The token was given to a client by itself; a user is needed')
  const name = `${user.first_name} ${user.last_name}`.trim()
  return result({ id: user.user_id, login: user.username, extension: user.username, name, email: user.email })
}
