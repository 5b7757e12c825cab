import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { builtFolder, packageFolder } from '../../basics/package.ts'

/** A static file of the pages, ready to be sent. */
export interface Asset {
  body: Buffer
  contentType: string
  /** Strong, with its quotes (RFC 9110 §8.8.3). */
  etag: string
}

/** Where the pages expect the assets: `{assetsPath}/{name}`. */
export const assetsPath = '/_grantbox/assets'

const ours = (name: string) => join(packageFolder, 'views/assets', name)

/** The build puts this one sheet beside the program, so that its package of 20 MB need not be installed with it. */
function pico(): string {
  const built = join(builtFolder, 'pico.css')
  return existsSync(built) ? built : fileURLToPath(import.meta.resolve('@picocss/pico/css/pico.classless.min.css'))
}

const css = 'text/css; charset=utf-8'
const javascript = 'text/javascript; charset=utf-8'

/** The only files served; a name off this list is no path to look up. */
const files = new Map<string, { path: () => string; contentType: string }>([
  ['grantbox.css', { path: () => ours('grantbox.css'), contentType: css }],
  ['pico.css', { path: pico, contentType: css }],
  ['dashboard.css', { path: () => ours('dashboard.css'), contentType: css }],
  ['dashboard.js', { path: () => ours('dashboard.js'), contentType: javascript }],
  ['requests.js', { path: () => ours('requests.js'), contentType: javascript }],
  ['submit-once.js', { path: () => ours('submit-once.js'), contentType: javascript }],
  ['form-post.js', { path: () => ours('form-post.js'), contentType: javascript }],
  ['web-message.js', { path: () => ours('web-message.js'), contentType: javascript }],
  ['favicon.svg', { path: () => ours('favicon.svg'), contentType: 'image/svg+xml' }],
])

const read = new Map<string, Asset>()

/** The asset of that name, read once per process; undefined when there is none. */
export async function findAsset(name: string): Promise<Asset | undefined> {
  const file = files.get(name)
  if (!file) return undefined
  const known = read.get(name)
  if (known) return known
  const body = await readFile(file.path())
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
  const asset = { body, contentType: file.contentType, etag }
  read.set(name, asset)
  return asset
}

/**
 * Headers of every HTML page. The policy has no `form-action` on purpose: Chromium applies it to the redirect that answers a
 * POST as well, so it would block the way back to the client's callback. Without one, forms may post anywhere
 * (`default-src` does not cover them), and the form-post page needs that too.
 */
export const pageHeaders = {
  'Content-Type': 'text/html; charset=utf-8',
  'Cache-Control': 'no-store',
  'Content-Security-Policy':
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; base-uri 'none'; frame-ancestors 'none'",
  'X-Frame-Options': 'DENY',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
} as const

/**
 * Answers a request for one of the pages' style sheets, scripts and pictures, which are the same for every sandbox and no secret; false for all else.
 * @param failed is told when a file cannot be read
 */
export function answersAsset(
  url: string,
  request: IncomingMessage,
  response: ServerResponse,
  failed: (error: unknown, response: ServerResponse) => void,
): boolean {
  if (!url.startsWith(`${assetsPath}/`)) return false
  serveAsset(url, request, response).catch((error) => failed(error, response))
  return true
}

async function serveAsset(url: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const name = url.slice(assetsPath.length + 1).replace(/\?.*$/, '')
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
