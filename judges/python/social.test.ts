import { describe, expect, test } from 'vitest'
import type { TestServer } from '../../test/support/server.ts'
import * as discord from '../../test/vendors/discord/discord-client.ts'
import * as slack from '../../test/vendors/slack/slack-client.ts'
import { inPython, ledTo, prepare, tryOut } from '../foreign.ts'

/** social-auth-core and Authlib, which have the vendors' addresses in their code or are given them, through the proxy. */

const judge = { ...inPython(import.meta.dirname), program: ['.venv/bin/python', 'social.py'] } as const
const missing = await prepare(judge)

async function environment(server: TestServer, { client_id, client_secret }: typeof slack.app): Promise<Record<string, string>> {
  return { ...(await ledTo(server)).all, CLIENT_ID: client_id, CLIENT_SECRET: client_secret, REDIRECT_URI: slack.callback }
}

/** The user in the browser, who knows the server by its own address. */
function atServer({ url }: TestServer, address: string): string {
  const { pathname, search } = new URL(address)
  return url + pathname + search
}

async function tried(
  trial: string,
  server: TestServer,
  env: Record<string, string>,
  open: (address: string) => Promise<URL>,
): Promise<void> {
  const { code, errors } = await tryOut(judge, trial, env, (address) => open(atServer(server, address)))
  expect(code, errors).toBe(0)
}

describe('Slack', async () => {
  const server = await slack.startWorkspaceForFile()
  const env = await environment(server, slack.app)
  test.for([
    ['slack_cancelled', 'cancel'],
    ['slack_social', 'allow'],
    ['slack_authlib', 'allow'],
  ] as const)('%s', async ([trial, decision], { skip }) => {
    if (missing !== undefined) skip(missing)
    await tried(trial, server, env, async (address) => {
      const back = await slack.throughPages(address, undefined, decision)
      return back ?? Promise.reject(new Error(`no way back from ${address}`))
    })
  })
})

describe('Discord', async () => {
  const server = await discord.startDiscordForFile()
  const env = await environment(server, discord.app)
  test.for([
    ['discord_cancelled', 'false'],
    ['discord_social', 'true'],
    ['discord_authlib', 'true'],
  ] as const)('%s', async ([trial, decision], { skip }) => {
    if (missing !== undefined) skip(missing)
    await tried(trial, server, env, (address) => discord.throughPages(address, undefined, decision))
  })
})
