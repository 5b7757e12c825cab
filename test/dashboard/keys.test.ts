import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { control } from '../support/control-client.ts'
import { DashboardClient, textOf } from '../support/dashboard-client.ts'
import { start } from '../support/server.ts'

/** The page of a sandbox's keys, driven as a browser without scripts would. */

const page = '/dashboard/standard/keys'
const box = '/sandboxes/standard'

async function open() {
  const server = await start({ defaultProvider: 'standard' })
  const browser = new DashboardClient(server.url)
  const first = await browser.get(page)
  const token = async (): Promise<string> =>
    (await control(server, 'POST', `${box}/tokens`, { client_id: 'standard-web' })).body.access_token
  const kids = async () => {
    const { keys } = (await (await fetch(`${server.url}/jwks`)).json()) as { keys: { kid: string; d?: string }[] }
    return keys.map(({ kid }) => kid)
  }
  /** Whether a client that fetches the key set now can check a token. */
  const isChecked = (jwt: string) =>
    jwtVerify(jwt, createRemoteJWKSet(new URL(`${server.url}/jwks`))).then(
      () => true,
      () => false,
    )
  return { server, browser, first, token, kids, isChecked, kidOf: (jwt: string) => decodeProtectedHeader(jwt).kid ?? '' }
}

/** The card of each key, as text. */
function cardsIn(html: string): string[] {
  return [...html.matchAll(/<li class="panel key">([\s\S]*?)<\/li>/g)].map(([, card = '']) => textOf(card).trim())
}

test('the keys that there are stand there with what each does, and never a private half', async () => {
  const { server, first, kids, browser } = await open()
  const cards = cardsIn(first.html)
  expect(cards).toHaveLength((await kids()).length)
  expect(cards.find((card) => card.startsWith('ES256'))).toMatch(
    /^ES256 signs, published es256-[\w-]+ EC P-256 · made \S+.* Public JWK .* Public PEM/,
  )
  expect(textOf(first.html)).toContain(`in the key set at ${server.url}/jwks`)
  for (const [, href = ''] of first.html.matchAll(/href="([^"]+public\.(?:jwk|pem))"/g)) {
    const { status, html, headers } = await browser.get(href)
    expect([status, headers['content-disposition']]).toEqual([200, expect.stringContaining('attachment; filename="')])
    expect(html).not.toMatch(/"(?:d|p|q)":|PRIVATE/)
    expect(html).toMatch(href.endsWith('jwk') ? /"use": "sig"/ : /^-----BEGIN PUBLIC KEY-----/)
  }
  expect((await browser.get(`${page}/nobody/public.jwk`)).status).toBe(404)
})

test('they are rotated, published late and taken out, and the last is asked about first', async () => {
  const { browser, token, kids, isChecked, kidOf } = await open()
  const old = await token()
  const rotated = await browser.submit(`${page}/rotate`, { mode: 'rotate' })
  expect(textOf(rotated.html)).toMatch(/New keys sign from now on\. The old ones are still published\..*retired: published, signs no more/)
  expect([kidOf(await token()) === kidOf(old), await isChecked(old)]).toEqual([false, true])
  expect(rotated.html).not.toContain('Publish them')

  const late = await browser.submit(`${page}/rotate`, { mode: 'publish_late' })
  expect(textOf(late.html)).toContain('signs, not published yet')
  const unknown = await token()
  expect(await isChecked(unknown)).toBe(false)
  expect(textOf((await browser.submit(`${page}/publish`)).html)).toContain('The key set shows all keys that sign.')
  expect(await isChecked(unknown)).toBe(true)

  const asked = await browser.get(`${page}/retire`)
  expect(textOf(asked.html)).toMatch(/Take the old keys out\?.*refuses every token that was signed before/)
  expect(await isChecked(old)).toBe(true)
  expect(textOf((await browser.submit(`${page}/retire`)).html)).toContain('gone from the key set')
  expect([await isChecked(old), await isChecked(unknown), await isChecked(await token())]).toEqual([false, false, true])
  expect(await kids()).not.toContain(kidOf(old))
})

describe('a key of one’s own', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const jwk = JSON.stringify({ ...privateKey.export({ format: 'jwk' }), kid: 'my-jwk' })

  test('signs from now on, pasted as PEM or JWK or from a file', async () => {
    const { browser, token, isChecked, kidOf } = await open()
    const pasted = await browser.submit(page, { key: pem, kid: 'my-pem' })
    expect(textOf(pasted.html)).toContain('Your key signs from now on.')
    expect(cardsIn(pasted.html).find((card) => card.includes('my-pem'))).toContain('your own')
    const signed = await token()
    expect([kidOf(signed), await isChecked(signed)]).toEqual(['my-pem', true])
    await browser.submit(page, { key: jwk })
    expect(kidOf(await token())).toBe('my-jwk')
    const file = await browser.upload(page, { key: '', kid: 'my-file', alg: '' }, 'file', pem)
    expect([textOf(file.html).includes('Your key signs from now on.'), kidOf(await token())]).toEqual([true, 'my-file'])
    expect(file.html + pasted.html).not.toContain(pem.split('\n')[1])
  })

  test('is refused beside its field in the words of the control API, and not sent back', async () => {
    const { browser } = await open()
    await browser.submit(page, { key: pem, kid: 'taken' })
    const other = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const locked = '-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n'
    const shared = createPublicKey(pem).export({ type: 'spki', format: 'pem' }).toString()
    const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    for (const [form, field, said] of [
      [{ key: '' }, 'key', 'Expected: a private key as PEM'],
      [{ key: 'nonsense' }, 'key', 'Expected: a private key as PEM, not encrypted; it begins with no -----BEGIN … PRIVATE KEY-----.'],
      [{ key: locked }, 'key', 'not encrypted; this one is encrypted.'],
      [{ key: shared }, 'key', 'not encrypted; this is a PUBLIC KEY.'],
      [{ key: pem.replace(/\n.{20}/, '\n') }, 'key', 'not encrypted; this one is cut off or changed.'],
      [{ key: '{"kty": "EC"' }, 'key', 'Expected: an object.'],
      [{ key: '{"kty": "EC"}' }, 'key', 'Expected: a private key, with its member d.'],
      [{ key: short }, 'key', 'Expected: an RSA key of 2048 bits or more'],
      [{ key: pem, alg: 'RS256' }, 'alg', 'Expected: an alg of this key: ES256'],
      [{ key: other, kid: 'taken' }, 'kid', 'Expected: one that is free.'],
    ] as const) {
      const { status, html } = await browser.post(page, form)
      const [, error = ''] = new RegExp(`id="${field}-error">([^<]*)<`).exec(html) ?? []
      expect([form, status, error]).toEqual([form, 400, expect.stringContaining(said)])
      if (form.key.includes('PRIVATE')) expect(html).not.toContain(form.key.split('\n')[1])
    }
  })
})

test('a vendor that signs with a secret has no key set, and gets another secret', async () => {
  const { server, browser } = await open()
  const { html } = await browser.get('/dashboard/iokids/keys')
  expect(textOf(html)).toContain('This vendor publishes no keys.')
  expect(html).not.toMatch(/Publish|Sign with a key of your own/)
  const secret = async () => (await control(server, 'GET', '/sandboxes/iokids/snapshot')).body.settings.signing_secret
  const before = await secret()
  expect(textOf((await browser.submit('/dashboard/iokids/keys/rotate')).html)).toContain('Another secret signs from now on.')
  expect(await secret()).not.toBe(before)
})

test('a key of a part of the sandbox says of which', async () => {
  const { server, browser } = await open()
  const google = await server.reach('google')
  await google.keys.of('robot@example').signing('RS256')
  const { html } = await browser.get('/dashboard/google/keys')
  expect(cardsIn(html).filter((card) => card.includes('of robot@example'))).toHaveLength(1)
})

test('the key file of a service account is to be saved where its client is used, and no other client has one', async () => {
  const { server, browser } = await open()
  await server.reach('google')
  const use = '/dashboard/google/apps/app_google_robot/clients/robot%40grantbox-example.iam.gserviceaccount.com'
  expect((await browser.get(use)).html).toContain(`href="${use}/key-file" download>Key file`)
  const { headers, html } = await browser.get(`${use}/key-file`)
  expect(headers['content-disposition']).toBe('attachment; filename="robot-grantbox-example.iam.gserviceaccount.com-key.json"')
  const { body } = await control(server, 'GET', '/sandboxes/google/clients/robot%40grantbox-example.iam.gserviceaccount.com/key-file')
  expect(JSON.parse(html)).toEqual(body)
  const web = '/dashboard/standard/apps/app_standard/clients/standard-web'
  expect((await browser.get(web)).html).not.toContain('key-file')
  expect((await browser.get(`${web}/key-file`)).status).toBe(404)
})
