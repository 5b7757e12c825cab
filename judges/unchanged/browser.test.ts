import { execFileSync, spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type LaunchOptions } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { findChromium, installedChromium } from '../../test/support/chromium.ts'
import { brandon, findFluffy, postmanCallback } from '../../test/support/iokids-client.ts'
import { start, type TestServer } from '../../test/support/server.ts'
import { callbackOf, signIn } from '../../test/support/sign-in-pages.ts'

/** A browser that trusts grantbox's authority as a user's does, and asks for the vendor by the vendor's own name. */

const hasTools = spawnSync('sh', ['-c', 'command -v certutil']).status === 0
const noTools = 'there is no certutil, which tells a browser on Linux whom to trust (package libnss3-tools)'

/** A home in which the browser's list of authorities has ours. */
async function homeThatTrusts(ca: string): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'grantbox-browser-'))
  onTestFinished(() => rm(home, { recursive: true, force: true }))
  const list = join(home, '.pki/nssdb')
  await mkdir(list, { recursive: true })
  await writeFile(join(home, 'ca.pem'), ca)
  execFileSync('certutil', ['-d', `sql:${list}`, '-N', '--empty-password'])
  execFileSync('certutil', ['-d', `sql:${list}`, '-A', '-t', 'C,,', '-n', 'grantbox', '-i', join(home, 'ca.pem')])
  return home
}

async function signInAtVendor(
  box: TestServer,
  executable: Pick<LaunchOptions, 'executablePath' | 'env'>,
  options: LaunchOptions,
): Promise<void> {
  const env = { ...(process.env as Record<string, string>), ...executable.env, HOME: await homeThatTrusts(await box.ca()) }
  const browser = await chromium.launch({
    ...executable,
    ...options,
    env,
    args: ['--no-sandbox', '--disable-background-networking', ...(options.args ?? [])],
  })
  onTestFinished(() => browser.close())
  const page = await browser.newPage()
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: findFluffy.client_id,
    redirect_uri: postmanCallback,
    scope: 'profile',
    state: 'xyz',
  })
  await page.goto(`https://sandbox.iokids.net/oauth/signin?${query}`)
  expect(new URL(page.url()).origin).toBe('https://sandbox.iokids.net')
  await signIn(page, brandon)
  const back = await callbackOf(page, () => page.getByRole('button', { name: 'Continue' }).click())
  expect(back.searchParams.get('code')).toBeTruthy()
  const hosts = box
    .sandbox()
    .journal.list()
    .map(({ host }) => host)
  expect(hosts).toContain('sandbox.iokids.net:443')
}

test('a browser signs in at https://sandbox.iokids.net by way of the proxy, with a certificate that it trusts', {
  timeout: 60_000,
}, async ({ skip }) => {
  if (!hasTools) skip(noTools)
  const box = await start()
  await signInAtVendor(box, await findChromium(), { proxy: { server: box.url } })
})

test('a browser signs in by the file of the proxy auto-configuration', { timeout: 60_000 }, async ({ skip }) => {
  if (!hasTools) skip(noTools)
  const executablePath = installedChromium()
  if (executablePath === undefined)
    return skip('there is no installed Chrome or Chromium; the one from npm knows no proxy auto-configuration')
  const box = await start()
  await signInAtVendor(box, { executablePath }, { args: [`--proxy-pac-url=${box.url}/_grantbox/proxy.pac`, '--headless=new'] })
})
