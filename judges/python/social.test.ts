import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { TestServer } from '../../test/support/server.ts'
import * as discord from '../../test/vendors/discord/discord-client.ts'
import * as slack from '../../test/vendors/slack/slack-client.ts'
import { inPython, prepare, tryOut } from '../foreign.ts'

/** social-auth-core and Authlib, which have the vendors' addresses in their code or are given them, through the proxy. */

const judge = { ...inPython(import.meta.dirname), program: ['.venv/bin/python', 'social.py'] } as const
const missing = await prepare(judge)
const folder = await mkdtemp(join(tmpdir(), 'grantbox-'))
afterAll(() => rm(folder, { recursive: true }))

async function environment({ url, ca }: TestServer, client: typeof slack.app): Promise<Record<string, string>> {
  const file = join(folder, `${client.client_id}.pem`)
  await writeFile(file, await ca())
  const proxy = { HTTPS_PROXY: url, https_proxy: url, NO_PROXY: 'localhost,127.0.0.1', REQUESTS_CA_BUNDLE: file }
  return { ...proxy, CLIENT_ID: client.client_id, CLIENT_SECRET: client.client_secret, REDIRECT_URI: slack.callback }
}

/** The user in the browser, who knows the server by its own address. */
function atServer({ url }: TestServer, address: string): string {
  const { pathname, search } = new URL(address)
  return url + pathname + search
}

async function tried(trial: string, server: TestServer, client: typeof slack.app, open: (address: string) => Promise<URL>): Promise<void> {
  const { code, errors } = await tryOut(judge, trial, await environment(server, client), (address) => open(atServer(server, address)))
  expect(code, errors).toBe(0)
}

describe('Slack', async () => {
  const server = await slack.startWorkspaceForFile()
  test.for([
    ['slack_cancelled', 'cancel'],
    ['slack_social', 'allow'],
    ['slack_authlib', 'allow'],
  ] as const)('%s', async ([trial, decision], { skip }) => {
    if (missing !== undefined) skip(missing)
    await tried(trial, server, slack.app, async (address) => {
      const back = await slack.throughPages(address, undefined, decision)
      return back ?? Promise.reject(new Error(`no way back from ${address}`))
    })
  })
})

describe('Discord', async () => {
  const server = await discord.startDiscordForFile()
  test.for([
    ['discord_cancelled', 'false'],
    ['discord_social', 'true'],
    ['discord_authlib', 'true'],
  ] as const)('%s', async ([trial, decision], { skip }) => {
    if (missing !== undefined) skip(missing)
    await tried(trial, server, discord.app, (address) => discord.throughPages(address, undefined, decision))
  })
})
