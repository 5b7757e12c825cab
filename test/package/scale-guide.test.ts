import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer, request as forwardTo } from 'node:http'
import { join } from 'node:path'
import * as client from 'openid-client'
import { describe, expect, onTestFinished, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { connectGrantbox } from '../../src/index.ts'
import { AsyncFunction } from '../support/guide.ts'
import { hasNginx, startNginx } from '../support/nginx.ts'
import { beginCodeFlow } from '../support/openid-flow.ts'
import { freePort, realServer } from '../support/real-server.ts'
import { throughSignIn } from '../support/through-sign-in.ts'

const guide = await readFile(join(import.meta.dirname, '../../docs/scale.md'), 'utf8')
const block = (name: string) => new RegExp(`^\`\`\`${name}\\n(.*?)^\`\`\`$`, 'ms').exec(guide)?.[1] ?? ''
const config = block('nginx')
const [start = []] = [...guide.matchAll(/^ {4}npx grantbox (--.*)$/gm)].map(([, line = '']) => line.split(' '))
/** Without those that the test has of its own. */
const flags = start.filter((_, index) => !/^--(port|data)$/.test(start[index] ?? '') && !/^--(port|data)$/.test(start[index - 1] ?? ''))
const adminToken = 'shared'
const authorization = `Bearer ${adminToken}`

/** A proxy on a port that leads to these ports; it gives the way to stop it. */
type Front = (port: number, behind: readonly number[]) => Promise<() => Promise<void>>

const nginx: Front = (port, behind) => {
  const servers = behind.map((one) => `server 127.0.0.1:${one};`).join(' ')
  const own = config.replace(/(server 127\.0\.0\.1:\d+;\s*)+/, servers).replace('listen 8080', `listen 127.0.0.1:${port}`)
  return startNginx(() => own)
}

/** The page's patterns of paths, and a hash that leaves most names where they were when there is one more. */
const node: Front = async (port, behind) => {
  const patterns = [...config.matchAll(/^ {2}~(\S+)/gm)].map(([, pattern = '']) => new RegExp(pattern))
  const weight = (name: string, one: number) => createHash('sha256').update(`${name} ${one}`).digest('hex')
  const server = createServer((request, response) => {
    const { url = '/', method, headers } = request
    const name = patterns.map((pattern) => pattern.exec(url)?.groups?.name).find((found) => found !== undefined) ?? ''
    const [chosen] = behind.toSorted((a, b) => (weight(name, a) < weight(name, b) ? -1 : 1))
    const told = { ...headers, 'x-forwarded-proto': 'http', 'x-forwarded-host': headers.host }
    const onward = forwardTo({ host: '127.0.0.1', port: chosen, path: url, method, headers: told }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, { ...answer.headers, 'x-grantbox': `127.0.0.1:${chosen}` })
      answer.pipe(response)
    })
    request.pipe(onward)
  })
  await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening))
  const stop = () =>
    new Promise<void>((closed) => {
      server.close(() => closed())
      server.closeAllConnections()
    })
  onTestFinished(stop)
  return stop
}

const draftOf = (name: string) => ({ name, provider: 'standard', company: 'Ours', settings: { access_token_ttl: '2h' } })

const fronts = { nginx, node }

describe.each(['nginx', 'node'] as const)('behind a proxy that hashes names: %s', (kind) => {
  /** Two grantboxes and a port for the proxy in front. */
  async function machines() {
    const [port, one, other] = [await freePort(), await freePort(), await freePort()]
    await Promise.all([one, other].map((each) => realServer(each, {}, flags)))
    const url = `http://127.0.0.1:${port}`
    const ready = () =>
      expect
        .poll(
          () =>
            fetch(`${url}/_grantbox/health`).then(
              ({ status }) => status,
              () => 0,
            ),
          { timeout: 10_000 },
        )
        .toBe(200)
    return { port, one, other, url, ready }
  }

  test('each sandbox is on one of them, wherever the path has its name', async ({ skip }) => {
    if (kind === 'nginx' && !hasNginx()) skip('there is no nginx')
    const { port, one, other, url, ready } = await machines()
    await fronts[kind](port, [one, other])
    await ready()
    const box = await connectGrantbox(url, { adminToken })
    const names = Array.from({ length: 16 }, (_, index) => `team-${index}`)
    for (const name of names) {
      await box.ensureSandbox({ name, provider: 'standard' })
      expect((await box.ensureSandbox({ name, provider: 'standard' })).url).toBe(`${url}/${name}`)
    }
    const where = await Promise.all(
      names.map((name) =>
        Promise.all(
          [one, other].map(
            async (each) => (await fetch(`http://127.0.0.1:${each}/_grantbox/sandboxes/${name}`, { headers: { authorization } })).status,
          ),
        ),
      ),
    )
    expect(new Set(where.map(String))).toEqual(new Set(['200,404', '404,200']))

    for (const name of names.slice(0, 6)) {
      const page = await fetch(`${url}/dashboard/${name}/apps?token=${adminToken}`, { redirect: 'manual' })
      const cookie = page.headers
        .getSetCookie()
        .map((line) => line.split(';')[0])
        .join('; ')
      expect((await fetch(`${url}${page.headers.get('location')}`, { headers: { cookie } })).status).toBe(200)
      for (const path of [`/${name}/.well-known/openid-configuration`, `/.well-known/oauth-authorization-server/${name}`]) {
        expect(await (await fetch(url + path)).json()).toMatchObject({ issuer: `${url}/${name}` })
      }
    }
    const found = await client.discovery(new URL(`${url}/team-3`), 'standard-web', 'standard-web-secret', undefined, {
      execute: [client.allowInsecureRequests],
    })
    const { address, pkceCodeVerifier } = await beginCodeFlow(found)
    const tokens = await client.authorizationCodeGrant(found, await throughSignIn(address), { pkceCodeVerifier })
    expect(tokens.claims()?.iss).toBe(`${url}/team-3`)
  }, 120_000)

  test('snapshots move those that are looked for elsewhere when one is added, and their tokens go on working', async ({ skip }) => {
    if (kind === 'nginx' && !hasNginx()) skip('there is no nginx')
    const { port, one, other, url, ready } = await machines()
    const stop = await fronts[kind](port, [one])
    await ready()
    const box = await connectGrantbox(url, { adminToken })
    const names = Array.from({ length: 12 }, (_, index) => `team-${index}`)
    const issued = await Promise.all(
      names.map(async (name) => {
        const sandbox = await box.ensureSandbox(draftOf(name))
        return [name, (await sandbox.tokens.mint({ client_id: 'standard-web', username: 'alice' })).access_token] as const
      }),
    )
    await stop()
    await fronts[kind](port, [one, other])
    await ready()
    const boxes = Object.fromEntries(
      await Promise.all(
        [one, other].map(async (each) => [`127.0.0.1:${each}`, await connectGrantbox(`http://127.0.0.1:${each}`, { adminToken })] as const),
      ),
    )
    await new AsyncFunction('boxes', 'proxy', block('js move'))(boxes, url)
    const moved = (await boxes[`127.0.0.1:${other}`]?.sandboxes())?.filter(({ name }) => names.includes(name)) ?? []
    expect(moved.length).toBeGreaterThan(0)
    expect(moved.length).toBeLessThan(names.length)
    for (const [name, token] of issued) {
      expect((await box.ensureSandbox(draftOf(name))).name).toBe(name)
      const form = { token, client_id: 'standard-web', client_secret: 'standard-web-secret' }
      const told = await fetch(`${url}/${name}/introspect`, { method: 'POST', body: new URLSearchParams(form) })
      expect(await told.json(), name).toMatchObject({ active: true, username: 'alice' })
    }
  }, 120_000)
})

test('the files for Kubernetes agree with each other and with the page’s nginx', () => {
  const [service, set, map] = parseAllDocuments(block('yaml')).map((one) => one.toJS())
  expect([service.kind, set.kind, map.kind]).toEqual(['Service', 'StatefulSet', 'ConfigMap'])
  expect([service.spec.clusterIP, set.spec.serviceName]).toEqual(['None', service.metadata.name])
  expect(set.spec.template.metadata.labels).toEqual(service.spec.selector)
  expect(set.spec.volumeClaimTemplates[0].metadata.name).toBe(set.spec.template.spec.containers[0].volumeMounts[0].name)
  const upstream: string = map.data['upstream.conf']
  const pods = [...upstream.matchAll(/server (\S+?)\.(\S+?)\./g)].map(([, pod, of]) => [pod, of])
  expect(pods).toEqual(Array.from({ length: set.spec.replicas }, (_, index) => [`${set.metadata.name}-${index}`, service.metadata.name]))
  expect(upstream).toContain('hash $sandbox consistent;')
})
