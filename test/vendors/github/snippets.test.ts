import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { snippetsOf } from '../../../src/dashboard/apps/snippets.ts'
import { app, freshCode, startGitHubForFile } from './github-app.ts'

/** What the dashboard hands out to use an app with. */

const server = await startGitHubForFile()
const sandbox = server.sandbox()
const client = sandbox.store.findClient(app.client_id)
if (client === undefined) throw new Error('the app is not there')
const [redirect_uri] = client.app.redirect_uris
const snippets = new Map(snippetsOf(sandbox, client, server.url).map(({ id, code }) => [id, code]))
const run = promisify(execFile)
const codeIn = async (id: string) => (snippets.get(id) ?? '').replace('CODE', await freshCode(server, { redirect_uri, scope: 'user' }))

test('JavaScript asks for JSON, and then for the user', async () => {
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', await codeIn('javascript')])
  expect(stdout).toMatch(/200 \{\s+access_token: 'gho_/)
  expect(stdout).toContain("login: 'alice'")
})

test('curl asks for JSON', async () => {
  const [, command = ''] = /# Get tokens\n([\s\S]*?)\n\n/.exec(await codeIn('curl')) ?? []
  const { stdout } = await run('sh', ['-c', command])
  expect(stdout).toMatch(/^\{"access_token":"gho_/)
})

test('Python asks for JSON', () => {
  expect(snippets.get('python')).toContain('headers={"Accept": "application/json"},')
})
