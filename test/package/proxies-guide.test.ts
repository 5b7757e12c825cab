import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as client from 'openid-client'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { Jar } from '../support/browser-jar.ts'
import { makeCertificate } from '../support/client-certificates.ts'
import { hasNginx, startNginx } from '../support/nginx.ts'
import { beginCodeFlow } from '../support/openid-flow.ts'
import { tlsFetch } from '../support/proxy.ts'
import { freePort, realServer } from '../support/real-server.ts'
import { throughSignIn } from '../support/through-sign-in.ts'

const guide = await readFile(join(import.meta.dirname, '../../docs/proxies.md'), 'utf8')
const config = /^```nginx\n(.*?)^```$/ms.exec(guide)?.[1] ?? ''
const starts = [...guide.matchAll(/^ {4}npx grantbox (--.*)$/gm)].map(([, line = '']) => line)

/** Runs the page's nginx until the test ends, with ports and files of the test. */
async function nginx(port: number, behind: number): Promise<string> {
  const { cert, key } = await makeCertificate({ subject: [['CN', 'localhost']], names: [['dns', 'localhost']] })
  await startNginx(async (folder) => {
    await writeFile(join(folder, 'cert.pem'), cert)
    await writeFile(join(folder, 'key.pem'), key)
    return config
      .replace('listen 443', `listen 127.0.0.1:${port}`)
      .replaceAll('127.0.0.1:9400', `127.0.0.1:${behind}`)
      .replace('server_name auth.example', 'server_name localhost')
      .replace('/etc/nginx/auth.example.pem', join(folder, 'cert.pem'))
      .replace('/etc/nginx/auth.example-key.pem', join(folder, 'key.pem'))
  })
  return cert
}

describe('behind the nginx of the page', () => {
  const title = 'openid-client completes the code flow with a path that is taken off and TLS that ends before: %s'
  test.for(starts)(title, async (line, { skip }) => {
    if (!hasNginx()) skip('there is no nginx')
    const [port, behind] = [await freePort(), await freePort()]
    const base = `https://localhost:${port}/gb`
    await realServer(behind, { GRANTBOX_ADMIN_TOKEN: 'sesame' }, line.replace('https://auth.example/gb', base).split(' '))
    const fetchThere = tlsFetch(await nginx(port, behind))
    await expect
      .poll(
        () =>
          fetchThere(`${base}/_grantbox/health`).then(
            ({ status }) => status,
            () => 0,
          ),
        { timeout: 10_000 },
      )
      .toBe(200)
    for (const url of [base, `${base}/standard`]) {
      const config = await client.discovery(new URL(url), 'standard-web', 'standard-web-secret', undefined, {
        [client.customFetch]: fetchThere as never,
        algorithm: 'oauth2',
      })
      config[client.customFetch] = fetchThere as never
      expect(config.serverMetadata()).toMatchObject({ issuer: url, authorization_endpoint: `${url}/authorize` })
      const { address, pkceCodeVerifier } = await beginCodeFlow(config)
      const called = await throughSignIn(address, undefined, new Jar(fetchThere))
      const tokens = await client.authorizationCodeGrant(config, called, { pkceCodeVerifier, idTokenExpected: true })
      expect(tokens.claims()?.iss).toBe(url)
    }
    expect((await fetchThere(`${base}/_grantbox/sandboxes`)).status).toBe(401)
    const dashboard = await (await fetchThere(`${base}/dashboard`)).text()
    expect(dashboard).toContain('href="/gb/_grantbox/assets/dashboard.css"')
  })
})

test('the other examples of the page can be read, and name the settings that there are', () => {
  const files = [...guide.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text = '']) => parse(text))
  expect(files.map((file) => file.kind ?? Object.keys(file)[0])).toEqual(['http', 'Ingress'])
  expect(starts).toHaveLength(2)
})
