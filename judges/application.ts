import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll } from 'vitest'

const html = '<!doctype html><title>Notes</title><link rel="icon" href="data:,"><script src="/library.js"></script>'

/**
 * Serves a single-page application at any path of an origin of its own, until the file's tests are done: a page that loads a library.
 * @param build the library's own build for browsers, below `node_modules`
 * @returns the origin
 */
export async function serveApplication(build: string): Promise<string> {
  const library = await readFile(join(import.meta.dirname, 'node_modules', build))
  const listener = createServer((request, response) => {
    if (request.url === '/library.js') response.writeHead(200, { 'Content-Type': 'text/javascript' }).end(library)
    else response.writeHead(200, { 'Content-Type': 'text/html' }).end(html)
  }).listen(0, 'localhost')
  await once(listener, 'listening')
  afterAll(() => {
    listener.closeAllConnections()
    listener.close()
  })
  return `http://localhost:${(listener.address() as AddressInfo).port}`
}
