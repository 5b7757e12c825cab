import { OAuthError } from '../../oauth/model/errors.ts'
import type { ApiRequest, Reply, Route } from '../provider.ts'
import { type Profile, profileOf } from './profile.ts'
import { callerOf } from './userinfo.ts'

/** What of the People API is there, each made of what the token's scope lets an app know. */
const fields: Readonly<Record<string, (profile: Profile, metadata: object) => object[]>> = {
  names: ({ name, given_name, family_name }, metadata) => {
    if (name === undefined) return []
    const displayNameLastFirst = family_name === undefined ? name : `${family_name}, ${given_name}`
    return [
      {
        metadata,
        displayName: name,
        ...(family_name !== undefined && { familyName: family_name }),
        ...(given_name !== undefined && { givenName: given_name }),
        displayNameLastFirst,
        unstructuredName: name,
      },
    ]
  },
  photos: ({ picture }, metadata) => (picture === undefined ? [] : [{ metadata, url: picture.replace('=s96-c', '=s100') }]),
  emailAddresses: ({ email }, metadata) => (email === undefined ? [] : [{ metadata: { ...metadata, verified: true }, value: email }]),
  metadata: () => [],
}

const unknown = (name: string) =>
  `Invalid personFields mask path: "${name}". Valid paths are documented at https://developers.google.com/people/api/rest/v1/people/get.`

async function me(request: ApiRequest): Promise<Reply> {
  const { user, scope } = await callerOf(request, ['profile', 'email'])
  const { personFields } = request.query
  if (personFields === undefined) throw bad('personFields mask is required. Please specify one or more valid paths.')
  const asked = personFields.split(',').map((name) => name.trim())
  const wrong = asked.find((name) => !Object.hasOwn(fields, name))
  if (wrong !== undefined) throw bad(unknown(wrong))
  const resourceName = `people/${user.user_id}`
  const etag = `%EgU${Buffer.from(user.user_id).toString('base64')}`
  const profile = profileOf(user, scope, request.context.issuer)
  const metadata = { primary: true, source: { type: 'PROFILE', id: user.user_id }, sourcePrimary: true }
  const told = asked.flatMap((name) => {
    const all = fields[name]?.(profile, metadata) ?? []
    return all.length === 0 ? [] : [[name, all]]
  })
  return { status: 200, body: { resourceName, etag, ...Object.fromEntries(told) } }
}

function bad(text: string): OAuthError {
  return new OAuthError('parameter_invalid', text, `personFields names what is asked for; there are: ${Object.keys(fields).join(', ')}`)
}

export const peopleRoutes: readonly Route[] = [{ method: 'GET', path: '/v1/people/me', handle: me }]
