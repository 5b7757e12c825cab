import { expect, test } from 'vitest'
import { runCollection } from '../../support/newman.ts'
import { fetchAt } from '../../support/recording/replay.ts'
import { startDiscord, startDiscordForFile, tokensFor } from './discord-client.ts'

const server = await startDiscordForFile()
const by = await fetchAt(server)

test.each(['discord.com', 'ptb.discord.com', 'discordapp.com'])('at %s the issuer is https://discord.com', async (host) => {
  expect(await (await by(`https://${host}/.well-known/openid-configuration`, {})).json()).toMatchObject({
    issuer: 'https://discord.com',
    authorization_endpoint: `https://${host}/api/oauth2/authorize`,
  })
  expect((await by(`https://${host}/api/v10/users/@me`, {})).status).toBe(401)
})

test('each request of the collection gets the answer that it expects, once somebody has signed in', { timeout: 60_000 }, async () => {
  const own = await startDiscord()
  const exported = async (what: string) => (await fetch(`${own.url}/_grantbox/sandboxes/discord/postman/${what}`)).json()
  const environment = (await exported('environment.json')) as { values: { key: string; value: string }[] }
  const { body } = await tokensFor(own, 'identify email guilds')
  const signedIn: Record<string, unknown> = { accessToken: body.access_token, refreshToken: body.refresh_token }
  for (const one of environment.values) one.value = String(signedIn[one.key] ?? one.value)
  const run = await runCollection({ collection: (await exported('collection.json')) as object, environment })
  expect(run.failures).toEqual([])
})
