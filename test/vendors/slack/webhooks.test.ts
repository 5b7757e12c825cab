import { expect, test } from 'vitest'
import { fetchAt } from '../../support/recording/replay.ts'
import { type Answer, post, send } from '../../support/vendor-client.ts'
import { app, call, callback, codeOf, install, startWorkspaceForFile } from './slack-client.ts'

/** An installation with `incoming-webhook` brings an address at which messages are taken. */

const server = await startWorkspaceForFile()
const webhook = async (query: Record<string, string> = {}) =>
  (await install(server, { scope: 'incoming-webhook', ...query })).body.incoming_webhook as Record<string, string>
const json = (url: string, body: unknown) =>
  send(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })

test.each([
  [{}, 'T0GRANTBOX1', 'example'],
  [{ team: 'second' }, 'T0GRANTBOX2', 'second'],
])('oauth.v2.access tells it, with %o', async (query, team, domain) => {
  const told = await webhook(query)
  expect(Object.keys(told)).toEqual(['channel', 'channel_id', 'configuration_url', 'url'])
  const [, base = '', at, service = ''] = /^(.*)\/services\/(\w+)\/(B[0-9A-Z]{10})\/[A-Za-z0-9]{24}$/.exec(told.url ?? '') ?? []
  expect([base, at]).toEqual([server.url, team])
  expect(told).toMatchObject({
    channel: '#general',
    channel_id: expect.stringMatching(/^C[0-9A-Z]{10}$/),
    configuration_url: `https://${domain}.slack.com/services/${service}`,
  })
})

test('at slack.com it is at the vendor’s own host, which takes the message', async () => {
  const by = await fetchAt(server)
  const code = await codeOf(server, '/oauth/v2/authorize', { scope: 'incoming-webhook' })
  const body = new URLSearchParams({ ...app, code, redirect_uri: callback })
  const answer = await by('https://slack.com/api/oauth.v2.access', { method: 'POST', body })
  const { incoming_webhook } = (await answer.json()) as { incoming_webhook: { url: string } }
  expect(incoming_webhook.url).toMatch(/^https:\/\/hooks\.slack\.com\/services\/T0GRANTBOX1\/B[0-9A-Z]{10}\/[A-Za-z0-9]{24}$/)
  const headers = { 'content-type': 'application/json' }
  const taken = await by(incoming_webhook.url, { method: 'POST', headers, body: '{"text":"Hello"}' })
  expect([taken.status, await taken.text()]).toEqual([200, 'ok'])
})

const { url } = await webhook()
const at = String(url)

test.each<[string, number, string, () => Promise<Answer>]>([
  ['a text', 200, 'ok', () => json(at, { text: 'Hello' })],
  ['blocks', 200, 'ok', () => json(at, { blocks: [] })],
  ['a form with the message in payload', 200, 'ok', () => post(at, { payload: '{"text":"Hello"}' })],
  ['nothing to say', 400, 'no_text', () => json(at, {})],
  ['a list', 400, 'invalid_payload', () => json(at, ['Hello'])],
  ['a form with no JSON in payload', 400, 'invalid_payload', () => post(at, { payload: 'Hello' })],
  [
    'what is no JSON',
    400,
    'invalid_payload',
    () => send(at, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"text' }),
  ],
  ['another token', 404, 'no_service', () => json(at.replace(/\w+$/, 'x'), { text: 'Hello' })],
  ['a workspace that there is not', 404, 'no_team', () => json(at.replace('T0GRANTBOX1', 'T0NOWHERE00'), { text: 'Hello' })],
])('it answers %s with %i %s', async (_what, status, word, asked) => {
  const answer = await asked()
  expect([answer.status, answer.text, answer.headers.get('content-type')]).toEqual([status, word, expect.stringMatching(/^text\/html/)])
  if (status !== 200) expect(answer.explanation).not.toBe('')
})

test('it is gone with the app', async () => {
  const { body } = await install(server, { scope: 'incoming-webhook' })
  const { url } = body.incoming_webhook as { url: string }
  expect((await call(server, 'apps.uninstall', body.access_token, app)).text).toBe('{"ok":true}')
  expect(await json(url, { text: 'Hello' })).toMatchObject({ status: 404, text: 'no_service' })
})
