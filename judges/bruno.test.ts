import { postmanToBruno, postmanToBrunoEnvironment } from '@usebruno/converters'
import { describe, expect, test } from 'vitest'
import type { PostmanCollection, PostmanEnvironment, PostmanItem } from '../src/control/exports/postman.ts'
import { startForFile } from '../test/support/server.ts'

/** Bruno, which imports Postman's files: nothing of ours is lost on the way. */

const server = await startForFile()
const exported = async <T extends object>(sandbox: string, file: string) =>
  (await (await fetch(`${server.url}/_grantbox/sandboxes/${sandbox}/postman/${file}.json`)).json()) as T

/** A list of names and values, without what Bruno adds to each. */
const pairs = (list: readonly { name?: string; key?: string; value: unknown }[] = []) =>
  list.map(({ name, key, value }) => [name ?? key, value])

describe.each(['iokids', 'standard', 'socialid', 'deyel', 'gateway', 'wildix'])("%s' collection", async (sandbox) => {
  const postman = await exported<PostmanCollection>(sandbox, 'collection')
  const { collection } = await postmanToBruno(structuredClone(postman))
  const sent = postman.item.flatMap(({ item }) => item)
  const arrived = collection.items.flatMap(({ items }) => items)
  const each = sent.map((item, index) => [item.name, item, arrived[index]?.request] as const)

  test('arrives with its name, its words, its folders and their requests in their order', () => {
    expect([collection.name, collection.root.docs]).toEqual([postman.info.name, postman.info.description ?? ''])
    const names = (folders: readonly { name: string; item: readonly { name: string }[] }[]) =>
      folders.map(({ name, item }) => [name, item.map((one) => one.name)])
    expect(names(collection.items.map(({ name, items }) => ({ name, item: items })))).toEqual(names(postman.item))
  })

  test.each(each)('%s has its method, URL, headers, body and description', (_, { request }, bruno) => {
    expect(bruno).toMatchObject({ method: request.method, url: request.url.raw, docs: request.description ?? '' })
    expect(pairs(bruno?.params)).toEqual(pairs(request.url.query))
    expect(pairs(bruno?.headers)).toEqual(pairs(request.header))
    const { body } = request
    const form = body?.mode === 'urlencoded' ? body.urlencoded : []
    expect(pairs(bruno?.body.formUrlEncoded)).toEqual(pairs(form))
    expect(bruno?.body.json ?? undefined).toBe(body?.mode === 'raw' ? body.raw : undefined)
  })

  test.each(each)('%s has its authorization', (_, { request: { auth } }, bruno) => {
    const said = authOf(auth)
    if (auth.type === 'noauth') expect(bruno?.auth.mode).toBe('none')
    else if (auth.type !== 'oauth2') expect(bruno?.auth).toMatchObject({ mode: auth.type, [auth.type]: said })
    else {
      expect(bruno?.auth).toMatchObject({
        mode: 'oauth2',
        oauth2: {
          grantType: said.grant_type,
          authorizationUrl: said.authUrl,
          accessTokenUrl: said.accessTokenUrl,
          callbackUrl: said.redirect_uri,
          clientId: said.clientId,
          clientSecret: said.clientSecret,
          scope: said.scope,
          state: said.state,
          credentialsPlacement: said.client_authentication === 'body' ? 'body' : 'basic_auth_header',
        },
      })
    }
  })

  test.each(each)("%s has its checks and what it saves, in Bruno's words", (_, { event }, bruno) => {
    const lines = event?.[0]?.script.exec ?? []
    const script = bruno?.script.res ?? ''
    expect(script).not.toMatch(/\bpm\./)
    const named = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, name]) => name)
    expect(named(script, /\btest\('([^']+)'/g)).toEqual(named(lines.join('\n'), /\bpm\.test\('([^']+)'/g))
    expect(named(script, /\bsave\(('\w+', '[^']+')\)/g)).toEqual(named(lines.join('\n'), /\bsave\(('\w+', '[^']+')\)/g))
    if (script.includes('save(')) expect(script).toContain('bru.setEnvVar(name, value)')
  })

  test('has the variables that requests begin with, and the script for the first tokens', () => {
    expect(pairs(collection.root.request.vars.req)).toEqual(pairs(postman.variable))
    const script = collection.root.request.script.req ?? ''
    expect(script).not.toMatch(/\bpm\./)
    if (postman.event !== undefined) expect(script).toContain('bru.sendRequest(')
    expect(collection.root.request.auth.mode).toBe(postman.auth?.type ?? 'none')
  })

  test("and the environment's variables", async () => {
    const environment = await exported<PostmanEnvironment>(sandbox, 'environment')
    const { name, variables } = await postmanToBrunoEnvironment(structuredClone(environment))
    expect(name).toBe(environment.name)
    expect(pairs(variables)).toEqual(pairs(environment.values))
  })
})

function authOf(auth: PostmanItem['request']['auth']): Record<string, unknown> {
  const attributes = auth.type === 'oauth2' ? auth.oauth2 : auth.type === 'basic' ? auth.basic : auth.type === 'bearer' ? auth.bearer : []
  return Object.fromEntries(attributes.map(({ key, value }) => [key, value]))
}
