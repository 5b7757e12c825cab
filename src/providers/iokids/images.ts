import { digest } from '../../basics/random.ts'
import type { App, User } from '../../oauth/model/records.ts'
import { drawPicture } from '../picture.ts'
import type { Route } from '../provider.ts'
import { type Call, route } from './authorized.ts'
import { conditional } from './conditional.ts'
import { type Dimensions, drawCover, drawIcon, type ImageSize, iconIdOf, imageIdOf, imageSizes, readImageId, toPng } from './drawings.ts'
import { ApiError } from './errors.ts'
import { oneOf } from './paging.ts'
import { areFriends, personNamed } from './people.ts'

type Drawing = { kind: 'picture' | 'cover'; user: User } | { kind: 'icon'; app: App }

/** The collection's folder "Images". */
export const imagesRoutes: readonly Route[] = [
  route('GET', '/v1/images/:id', 'images', async (call) => {
    const { params, query, headers, user } = call
    const size = oneOf(query, 'size', ['small', 'medium', 'large']) ?? 'medium'
    const format = oneOf(query, 'format', ['svg', 'png']) ?? preferred(headers.accept)
    const found = findImage(call, params.id ?? '')
    if (found === undefined) throw new ApiError(4041, `There is no image '${params.id}' that @${user.username} may see`)
    const dimensions = imageSizes[found.kind][size satisfies ImageSize]
    const svg = await draw(found, dimensions)
    const etag = `"${digest(svg).toString('base64url')}-${format}"`
    return conditional(
      call,
      etag,
      { 'Content-Type': format === 'png' ? 'image/png' : 'image/svg+xml', 'Cache-Control': 'private', Vary: 'Accept' },
      () => (format === 'png' ? toPng(svg, dimensions) : svg),
    )
  }),
]

/** An image that the viewer may see: his own, his friends', his family's, and the icons of apps. */
export function findImage(call: Call, image_id: string): Drawing | undefined {
  const { directory, social, user: viewer } = call
  const { kind, owners = [] } = readImageId(image_id) ?? {}
  for (const id of owners) {
    if (kind === 'icon') {
      const app = directory.findApp(id)
      if (app !== undefined && iconIdOf(app) === image_id) return { kind, app }
    } else if (kind !== undefined) {
      const user = personNamed(call, id)
      if (user === undefined || imageIdOf(user, kind) !== image_id) continue
      const relation = social.people.relation(viewer, user)
      const family = relation.parent || relation.kid || relation.relative
      if (relation.self || family || areFriends(viewer, user, relation)) return { kind, user }
    }
  }
  return undefined
}

function draw(drawing: Drawing, dimensions: Dimensions): Promise<string> {
  switch (drawing.kind) {
    case 'picture':
      return drawPicture(drawing.user.user_id, dimensions.width)
    case 'cover':
      return drawCover(drawing.user, dimensions)
    case 'icon':
      return drawIcon(drawing.app, dimensions)
  }
}

/** PNG for those who want it more than SVG (RFC 9110 §12.5.1). */
function preferred(accept: string | undefined): 'svg' | 'png' {
  if (accept === undefined) return 'svg'
  const ranges = accept.split(',').map((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
    const q = parameters.find((parameter) => parameter.startsWith('q='))
    return { type, q: q === undefined ? 1 : Number(q.slice(2)) }
  })
  const quality = (wanted: string) =>
    [wanted, 'image/*', '*/*'].flatMap((type) => ranges.find((range) => range.type === type) ?? [])[0]?.q ?? 0
  return quality('image/png') > quality('image/svg+xml') ? 'png' : 'svg'
}
