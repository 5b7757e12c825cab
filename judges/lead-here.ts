import { setGlobalProxyFromEnv } from 'node:http'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll } from 'vitest'
import type { TestServer } from '../test/support/server.ts'

/** Leads what this file's clients ask of vendors' hosts to a server, as `grantbox run` does with a program: they know nothing of it. */
export async function leadHere({ url, ca }: TestServer): Promise<void> {
  setDefaultCACertificates([...getCACertificates('default'), await ca()])
  afterAll(setGlobalProxyFromEnv({ http_proxy: url, https_proxy: url, no_proxy: 'localhost,127.0.0.1' }))
}
