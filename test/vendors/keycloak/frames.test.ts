import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, describe, expect, test } from 'vitest'
import { browser } from '../../support/browser.ts'
import { startForFile } from '../../support/server.ts'
import { at, realm } from './keycloak-client.ts'

const server = await startForFile()
const base = `${server.url}/keycloak`
const open = browser()

/** An app that asks a frame of the realm, as keycloak-js does, and shows what it is told. */
const app = createServer((request, response) => {
  const { searchParams } = new URL(request.url ?? '', 'http://localhost')
  const said = JSON.stringify(searchParams.get('say') ?? '')
  const frame = base + at(searchParams.get('frame') ?? '')
  const script = `addEventListener('message', ({ data }) => { document.querySelector('#told').textContent = data })
  const frame = document.querySelector('iframe')
  frame.onload = () => { if (${said} !== '') frame.contentWindow.postMessage(${said}, '*') }`
  response.setHeader('content-type', 'text/html')
  response.end(`<!doctype html><pre id="told"></pre><iframe src="${frame}"></iframe><script>${script}</script>`)
}).listen(0)
await once(app, 'listening')
afterAll(() => app.close())
const home = `http://localhost:${(app.address() as AddressInfo).port}`

describe('the frame that watches a session', () => {
  test.each([
    ['unchanged', 'demo-spa', (session: string) => session],
    ['changed', 'demo-spa', () => 'another'],
    ['error', 'nobody', (session: string) => session],
  ])('answers %s', async (answer, client, state) => {
    const page = await open()
    const asked = { client_id: 'demo-web', redirect_uri: `${home}/`, response_type: 'code', scope: 'openid' }
    await page.goto(`${base}${at('auth')}?${new URLSearchParams(asked)}`)
    await page.locator('#username').fill('alice')
    await page.locator('#password').fill('password')
    await page.locator('#kc-login').click()
    await page.waitForURL(`${home}/**`)
    const session = new URL(page.url()).searchParams.get('session_state') ?? ''
    expect(session).toMatch(/^[\w-]{24}$/)
    await page.goto(`${home}/?${new URLSearchParams({ frame: 'login-status-iframe.html', say: `${client} ${state(session)}` })}`)
    const told = page.locator('#told', { hasText: /./ })
    expect(await told.textContent()).toBe(answer)
  })
})

test('the frame that tries cookies posts supported, where they reach it', async () => {
  const page = await open()
  await page.goto(`${home}/?frame=3p-cookies/step1.html`)
  expect(await page.locator('#told', { hasText: /./ }).textContent()).toBe('supported')
  expect(page.frames().some((frame) => frame.url() === `${base}${realm}/protocol/openid-connect/3p-cookies/step2.html`)).toBe(true)
})
