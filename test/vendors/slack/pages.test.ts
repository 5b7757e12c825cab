import { expect, test } from 'vitest'
import { Jar } from '../../support/browser-jar.ts'
import { alice, authorizeAt, startWorkspaceForFile } from './slack-client.ts'

const server = await startWorkspaceForFile()

/** The headings above scopes on a page, each with the scopes below it. */
function groupsOn(html: string): string[][] {
  return [...html.matchAll(/<h2 class="list-heading">([^<]*)<\/h2>\s*<ul class="scopes">(.*?)<\/ul>/gs)].map(
    ([, heading = '', list = '']) => [heading, ...[...list.matchAll(/<b>([^<]*)<\/b>/g)].map(([, name = '']) => name)],
  )
}

/** The consent that alice is asked for. */
async function consentFor(scopes: Record<string, string>, path = '/oauth/v2/authorize'): Promise<string> {
  const jar = new Jar()
  return (await jar.post(await jar.open(authorizeAt(server, path, scopes)), server.url, alice)).html
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
