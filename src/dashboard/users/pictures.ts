import { drawPicture } from '../../providers/picture.ts'
import { part } from '../frame/visit.ts'

/** Users' pictures. They follow from the user's id alone, so that nothing is looked up and a browser may keep them. */
export const picturePages = part({}, ({ get }) => {
  get('/pictures/:user_id.svg', async ({ sandbox, params, reply }) => {
    const user_id = (params.user_id ?? '').slice(0, 200)
    const svg = await (sandbox.provider.picture ?? drawPicture)(user_id)
    return reply
      .type('image/svg+xml')
      .header('Cache-Control', 'private, max-age=86400, immutable')
      .header('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'")
      .header('X-Content-Type-Options', 'nosniff')
      .send(svg)
  })
})
