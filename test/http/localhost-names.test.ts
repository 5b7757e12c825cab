import { connect } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { standard } from '../../src/providers/standard/standard.ts'
import { ask, tunnel } from '../support/proxied.ts'
import { rawRequest } from '../support/raw-request.ts'
import { start } from '../support/server.ts'

const acme = { ...standard, id: 'acme', name: 'Acme' }
const vendors = [{ id: 'acme', name: 'Acme', load: async () => acme }]
const discovery = '/.well-known/openid-configuration'

async function issuerAt(url: string, host: string, path = discovery) {
  const { status, text } = await rawRequest(url, path, { headers: { host } })
  return status === 200 ? JSON.parse(text).issuer : status
}

describe('a sandbox’s name below localhost', () => {
  test('reaches it at the root, in any letter case, also one that is not made yet', async () => {
    const { url } = await start({ vendors, defaultProvider: 'standard' })
    expect(await issuerAt(url, 'standard.localhost:9400')).toBe('http://standard.localhost:9400')
    expect(await issuerAt(url, 'STANDARD.localhost')).toBe('http://STANDARD.localhost')
    expect(await issuerAt(url, 'acme.localhost:9400')).toBe('http://acme.localhost:9400')
    expect(await issuerAt(url, 'acme.localhost:9400', `/standard${discovery}`)).toBe(404)
  })

  test('of no sandbox reaches the default one, as any other name', async () => {
    const { url } = await start({ defaultProvider: 'standard' })
    expect(await issuerAt(url, 'nobody.localhost')).toBe('http://nobody.localhost')
    expect(await issuerAt(url, 'a.standard.localhost', '/iokids/oauth/token')).not.toBe(404)
  })

  test('is that of whoever lists it', async () => {
    const { url, server, sandbox } = await start({ made: ['wildix'] })
    server.sandboxes.update(sandbox('wildix'), { hosts: ['standard.localhost'] })
    expect(await issuerAt(url, 'standard.localhost')).toBe(404)
    server.sandboxes.update(sandbox('wildix'), { hosts: [] })
    expect(await issuerAt(url, 'standard.localhost')).toBe('http://standard.localhost')
  })

  test('leads to nobody when the sandbox is deleted', async () => {
    const { url, server } = await start({ defaultProvider: 'wildix' })
    server.sandboxes.delete(server.sandboxes.create({ name: 't43', provider: standard }))
    expect(await issuerAt(url, 't43.localhost')).toBe(404)
  })

  test('has a certificate, and the aliases of clients with certificates', async () => {
    const { https, ca } = await start()
    const port = Number(new URL(https).port)
    const socket = connect({ port, host: '127.0.0.1', servername: 'standard.localhost', ca: await ca() })
    const { text } = await ask(socket, { path: discovery, headers: { host: `standard.localhost:${port}` } })
    expect(socket.authorized).toBe(true)
    expect(JSON.parse(text)).toMatchObject({
      issuer: `https://standard.localhost:${port}`,
      mtls_endpoint_aliases: { token_endpoint: expect.stringContaining(`https://127.0.0.1:${port}/_mtls/_https_standard.localhost/`) },
    })
  })

  test('has the control API and the dashboard, as each name of loopback', async () => {
    const { url } = await start()
    const headers = { host: 'standard.localhost' }
    for (const path of ['/_grantbox/sandboxes', '/dashboard']) expect((await rawRequest(url, path, { headers })).status).toBe(200)
    const { text } = await rawRequest(url, '/_grantbox/sandboxes/standard', { headers })
    expect(JSON.parse(text)).toMatchObject({ base_url: 'http://standard.localhost', issuer: 'http://standard.localhost' })
    const other = await rawRequest(url, '/_grantbox/sandboxes/wildix', { headers })
    expect(JSON.parse(other.text)).toMatchObject({ base_url: 'http://localhost/wildix' })
  })

  test('is no host that the proxy takes from the program that listens at it on another port', async () => {
    const { url } = await start()
    const port = Number(new URL(url).port)
    expect((await tunnel(url, `standard.localhost:${port}`)).status).toBe(200)
    expect((await tunnel(url, `standard.localhost:${port === 65_535 ? 1 : port + 1}`)).status).toBe(403)
  })
})
