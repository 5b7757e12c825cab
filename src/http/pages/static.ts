import type { IncomingMessage, ServerResponse } from 'node:http'
import { assetsPath, findAsset } from './assets.ts'

/** Serves the pages' style sheets, scripts and pictures; they are the same for every sandbox and no secret. */
export async function serveAsset(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const name = (request.url ?? '').slice(assetsPath.length + 1).replace(/\?.*$/, '')
  const asset = await findAsset(name)
  if (asset === undefined || (request.method !== 'GET' && request.method !== 'HEAD')) {
    response
      .writeHead(404, { 'Content-Type': 'application/problem+json' })
      .end(JSON.stringify({ title: 'Not found', status: 404, detail: `There is no asset '${name}'` }))
    return
  }
  const headers = { ETag: asset.etag, 'Cache-Control': 'no-cache', 'X-Content-Type-Options': 'nosniff' }
  if (request.headers['if-none-match'] === asset.etag) {
    response.writeHead(304, headers).end()
    return
  }
  response.writeHead(200, { ...headers, 'Content-Type': asset.contentType, 'Content-Length': asset.body.length })
  response.end(request.method === 'HEAD' ? undefined : asset.body)
}
