import { expect, test } from 'vitest'
import { Jar } from '../../support/browser-jar.ts'
import { askHost } from '../../support/google-client.ts'
import { send } from '../../support/vendor-client.ts'
import { askApi, askToken, callbackOf, githubApp, startGitHub, startGitHubForFile } from './github-app.ts'

const server = await startGitHubForFile()
const { url } = server
const first = 'https://www.getpostman.com/oauth2/callback'

/** Follows the address of an app's installation as far as the consent. */
async function consentOf(base: string, query = '') {
  const jar = new Jar()
  const { status, location } = await jar.open(`${base}/apps/example-github-app/installations/new${query}`)
  expect([status, location?.pathname]).toEqual([302, '/login/oauth/authorize'])
  const signIn = { login: 'alice', password: 'password', commit: 'Sign in' }
  return { jar, page: await jar.post(await jar.open(location?.href ?? ''), base, signIn) }
}

test('who installs a GitHub App chooses where, and its first callback URL is told of it without a state', async () => {
  const { jar, page } = await consentOf(url)
  expect(
    [...page.html.matchAll(/name="installation_target" value="([^"]*)"/g), ...page.html.matchAll(/<option value="([^"]*)"/g)].map(
      ([, one]) => one,
    ),
  ).toEqual(['alice', 'example-org', 'other-org'])
  const { location } = await jar.post(page, url, { authorize: '1', installation_target: 'example-org' })
  const { installations } = (await installationsOf(url, location)) as { installations: { id: number; account: { login: string } }[] }
  const { id } = installations.find(({ account }) => account.login === 'example-org') ?? {}
  expect(location?.href.replace(/code=[0-9a-f]{20}/, 'code=…')).toBe(`${first}?code=…&installation_id=${id}&setup_action=install`)
})

async function installationsOf(base: string, location: URL | undefined) {
  const { body } = await askToken({ url: base }, { ...githubApp, code: location?.searchParams.get('code') ?? '' })
  return (await askApi({ url: base }, '/user/installations', String(body.access_token))).body
}

test('a state that the address had comes back, and who chose himself is among the installations', async () => {
  const own = await startGitHub()
  const { jar, page } = await consentOf(own.url, '?state=s-1')
  const { location } = await jar.post(page, own.url, { authorize: '1' })
  expect([...(location?.searchParams.keys() ?? [])]).toEqual(['code', 'installation_id', 'setup_action', 'state'])
  expect(location?.searchParams.get('state')).toBe('s-1')
  const { total_count, installations } = await installationsOf(own.url, location)
  expect([total_count, (installations as { target_type: string; account: { login: string } }[]).at(-1)]).toMatchObject([
    3,
    { id: Number(location?.searchParams.get('installation_id')), target_type: 'User', target_id: 583231, account: { login: 'alice' } },
  ])
})

test('who let the app in before is asked anew when he installs it', async () => {
  const own = await startGitHub()
  const { jar, page } = await consentOf(own.url)
  await jar.post(page, own.url, { authorize: '1' })
  const again = await jar.open(`${own.url}/login/oauth/authorize?client_id=${githubApp.client_id}&setup_action=install`)
  expect(again.html).toContain('Where do you want to install it?')
  expect((await jar.open(`${own.url}/login/oauth/authorize?client_id=${githubApp.client_id}`)).location?.href).toContain(`${first}?code=`)
})

test('an app that is not there, or none that is installed, is not found', async () => {
  for (const slug of ['nothing', 'example-app']) {
    const { status, text } = await send(`${url}/apps/${slug}/installations/new`, { headers: { accept: 'text/html' } })
    expect([status, text.includes('<h1>Page not found</h1>')]).toEqual([404, true])
  }
})

test('is asked for at the vendor’s host', async () => {
  const { headers } = await askHost(url, 'https://github.com/apps/example-github-app/installations/new')
  expect(headers.get('location')).toBe(`https://github.com/login/oauth/authorize?client_id=${githubApp.client_id}&setup_action=install`)
})

test('an OAuth app is not installed by what its request says', async () => {
  const there = await callbackOf(server, { setup_action: 'install' })
  expect([...there.searchParams.keys()]).toEqual(['code', 'iss', 'state'])
})
