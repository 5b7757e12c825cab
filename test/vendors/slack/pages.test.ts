import { afterEach, describe, expect, test } from 'vitest'
import { enterpriseId } from '../../../src/providers/slack/ids.ts'
import { Jar } from '../../support/browser-jar.ts'
import { send } from '../../support/vendor-client.ts'
import { alice, ask, authorizeAt, callback, startWorkspaceForFile } from './slack-client.ts'

const server = await startWorkspaceForFile()

/** The headings above scopes on a page, each with the scopes below it. */
function groupsOn(html: string): string[][] {
  return [...html.matchAll(/<h2 class="list-heading">([^<]*)<\/h2>\s*<ul class="scopes">(.*?)<\/ul>/gs)].map(
    ([, heading = '', list = '']) => [heading, ...[...list.matchAll(/<b>([^<]*)<\/b>/g)].map(([, name = '']) => name)],
  )
}

/** The page that asks for name and password, in the workspace where apps are at home. */
async function open(jar: Jar, query: Record<string, string>, path = '/oauth/v2/authorize') {
  return jar.post(await jar.open(authorizeAt(server, path, query)), server.url, { domain: 'example' })
}

/** The consent that alice is asked for. */
async function consentFor(scopes: Record<string, string>, path = '/oauth/v2/authorize'): Promise<string> {
  const jar = new Jar()
  return (await jar.post(await open(jar, scopes, path), server.url, alice)).html
}

const view = 'What will Example App be able to view?'
const act = 'What will Example App be able to do?'

test.each([
  [
    'both',
    { scope: 'chat:write,channels:history', user_scope: 'users:read.email' },
    [
      [view, 'channels:history', 'users:read.email'],
      [act, 'chat:write'],
    ],
  ],
  ['what is only seen', { scope: 'users:read' }, [[view, 'users:read']]],
  ['what is only done', { scope: 'commands,incoming-webhook' }, [[act, 'commands', 'incoming-webhook']]],
  ['a sign-in', { scope: 'identity.basic' }, [[view, 'identity.basic']]],
])('the consent tells apart what an app will view and what it will do, for %s', async (_what, scopes, groups) => {
  expect(groupsOn(await consentFor(scopes))).toEqual(groups)
})

const asked = { scope: 'chat:write' }
const headingOf = (html: string) => /<h1>([^<]*)<\/h1>/.exec(html)?.[1]

test('the workspace is asked before who somebody is, and the app is let in there', async () => {
  const jar = new Jar()
  const first = await jar.open(authorizeAt(server, '/oauth/v2/authorize', asked))
  expect([first.status, headingOf(first.html)]).toEqual([200, 'Sign in to your workspace'])
  expect(first.html).toMatch(
    /<input id="domain" name="domain" type="text"[^>]* placeholder="your-workspace"[^>]*>\s*<span[^>]*>\.slack\.com</,
  )
  expect(first.html).not.toContain('type="password"')
  const second = await jar.post(first, server.url, { domain: 'second' })
  expect([second.status, headingOf(second.html)]).toEqual([200, 'Sign in to Second Workspace'])
  const third = await jar.post(second, server.url, alice)
  expect(headingOf(third.html)).toBe('Example App is requesting permission to access the Second Workspace Slack workspace')
  const { location } = await jar.post(third, server.url, { action: 'allow' })
  const { body } = await ask(server, 'oauth.v2.access', { code: location?.searchParams.get('code') ?? '', redirect_uri: callback })
  expect(body.team).toEqual({ id: 'T0GRANTBOX2', name: 'Second Workspace' })
})

test.each(['second', 'Second', 'second.slack.com', 'T0GRANTBOX2'])('%s is a workspace', async (domain) => {
  const jar = new Jar()
  const page = await jar.post(await jar.open(authorizeAt(server, '/oauth/v2/authorize', asked)), server.url, { domain })
  expect(headingOf(page.html)).toBe('Sign in to Second Workspace')
})

test('a workspace that is not there is told so, with what was typed', async () => {
  const jar = new Jar()
  const page = await jar.post(await jar.open(authorizeAt(server, '/oauth/v2/authorize', asked)), server.url, { domain: 'nowhere' })
  expect([page.status, page.headers.get('grantbox-explain')]).toEqual([401, expect.stringContaining("'nowhere' is none of")])
  expect(page.html).toMatch(/role="alert"[^>]*>We couldn’t find your workspace\./)
  expect(page.html).toMatch(/name="domain" type="text" value="nowhere"/)
})

test('a request that names a workspace has no such page, nor has who typed his password', async () => {
  const named = await new Jar().open(authorizeAt(server, '/oauth/v2/authorize', { ...asked, team: 'T0GRANTBOX2' }))
  expect([headingOf(named.html), named.html.includes('type="password"')]).toEqual(['Sign in to Second Workspace', true])
  const jar = new Jar()
  const refused = await jar.post(await open(jar, asked), server.url, { ...alice, password: 'wrong' })
  expect([refused.status, headingOf(refused.html)]).toEqual([401, 'Sign in to Example Workspace'])
})

test('an app that is not distributed is refused in another workspace than its own', async () => {
  const change = (settings: object) =>
    send(`${server.url}/_grantbox/sandboxes/slack`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ settings }),
    })
  const jar = new Jar()
  const first = await jar.open(authorizeAt(server, '/oauth/v2/authorize', asked))
  await change({ distributed: false })
  const page = await jar.post(first, server.url, { domain: 'second' })
  expect(page.html).toContain('invalid_team_for_non_distributed_app')
  await change({ distributed: null })
})

describe('the consent has a menu of workspaces', () => {
  const change = (settings: object) =>
    send(`${server.url}/_grantbox/sandboxes/slack`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ settings }),
    })
  afterEach(() => change({ distributed: null, enterprise: null }))

  /** What the menu offers alice in a workspace, with a mark at what is chosen, and the answer for what she picks. */
  async function menu(domain: string, pick: string) {
    const jar = new Jar()
    const named = await jar.post(await jar.open(authorizeAt(server, '/oauth/v2/authorize', asked)), server.url, { domain })
    const page = await jar.post(named, server.url, alice)
    const offered = [...page.html.matchAll(/<option value="(\w+)"( selected)?>([^<]*)</g)].map(
      ([, id, on, name]) => `${on ? '*' : ''}${name} ${id}`,
    )
    const { location } = await jar.post(page, server.url, { action: 'allow', team: pick })
    const { body } = await ask(server, 'oauth.v2.access', { code: location?.searchParams.get('code') ?? '', redirect_uri: callback })
    return { offered, team: body.team, enterprise: body.is_enterprise_install }
  }
  const [first, second] = ['Example Workspace T0GRANTBOX1', 'Second Workspace T0GRANTBOX2']
  const organization = enterpriseId('Example Organization')

  test.each([
    ['example', 'T0GRANTBOX2', {}, [`*${first}`, second], 'T0GRANTBOX2', false],
    ['second', 'T0GRANTBOX1', {}, [first, `*${second}`], 'T0GRANTBOX1', false],
    ['second', 'T0NOWHERE00', {}, [first, `*${second}`], 'T0GRANTBOX2', false],
    ['example', 'T0GRANTBOX2', { distributed: false }, [], 'T0GRANTBOX1', false],
    [
      'example',
      organization,
      { enterprise: 'Example Organization' },
      [`*${first}`, second, `Example Organization ${organization}`],
      undefined,
      true,
    ],
  ])('in %s, where she picks %s, with %o', async (domain, pick, settings, offered, id, everywhere) => {
    await change(settings)
    const asked = await menu(domain, pick)
    expect([asked.offered, (asked.team as { id: string } | null)?.id, asked.enterprise]).toEqual([offered, id, everywhere])
  })
})
