import { describe, expect, test } from 'vitest'
import type { PostmanCollection } from '../../src/control/exports/postman.ts'
import { iokidsCollection } from '../../src/providers/iokids/collection.ts'
import { runCollection } from '../support/newman.ts'
import { start, startForFile } from '../support/server.ts'

/** What Postman and the HTTP clients of editors import from a running sandbox. */

const shared = await startForFile()
const control = (sandbox: string) => `${shared.url}/_grantbox/sandboxes/${sandbox}`
const json = async <T>(url: string) => (await (await fetch(url)).json()) as T

test.each(['iokids', 'standard', 'socialid', 'deyel', 'gateway', 'wildix', 'auth0'])(
  "Newman runs all of %s's collection green from a fresh start, twice",
  async (name) => {
    const server = await start()
    const postman = `${server.url}/_grantbox/sandboxes/${name}/postman`
    const [collection, environment] = await Promise.all([
      json<PostmanCollection>(`${postman}/collection.json`),
      json<object>(`${postman}/environment.json`),
    ])
    const { failures, answers } = await runCollection({ collection, environment, iterationCount: 2 })
    expect(failures).toEqual([])
    const requests = collection.item.flatMap(({ item }) => item)
    // The request for the first tokens, where there is one, is sent once.
    expect(answers).toHaveLength(requests.length * 2 + (collection.event?.length ?? 0))
    for (const { name: request, event } of requests) expect(event?.[0]?.script.exec.join(), request).toContain('pm.test')
  },
)

test("iOKids' collection has the vendor's folders first, then one for each other grant type", async () => {
  const { item } = await json<PostmanCollection>(`${control('iokids')}/postman/collection.json`)
  const folders = item.map(({ name }) => name)
  expect(folders).toEqual([
    ...iokidsCollection.folders.map(({ name }) => name),
    'Grant: Client Credentials',
    'Grant: Password',
    'Grant: Device Code',
    'Grant: Backchannel (CIBA)',
    'Grant: JWT Bearer',
    'Grant: Token Exchange',
  ])
})

test.each([
  ['keycloak', 'partners', 'demo'],
  ['entra', '0c2e9a54-8d1f-4a57-9f0e-5b7a3d6c1e20', '8f1c7c52-7f4d-4b9a-9d3f-0c5b0a4f6a11'],
])('the documents of a space of %s have its paths, and none of the first one', async (name, id, first) => {
  const body = JSON.stringify({ id })
  const made = await fetch(`${control(name)}/spaces`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  expect(made.status).toBe(201)
  for (const document of ['postman/collection.json', 'http/requests.http']) {
    const read = async (query: string) => (await fetch(`${control(name)}/${document}${query}`)).text()
    const [own, its] = [await read(''), await read(`?space=${id}`)]
    expect(own).toContain(`/${first}/`)
    expect(its).toContain(`/${id}/`)
    expect(its).not.toContain(`/${first}/`)
    expect(own + its).not.toMatch(/[^{]\{(realm|tenant|pool)\}/)
  }
})

test('whoever has signed in keeps the tokens: the collection takes some only while there are none', async () => {
  const server = await start()
  const postman = `${server.url}/_grantbox/sandboxes/iokids/postman`
  const [collection, environment] = await Promise.all([
    json<object>(`${postman}/collection.json`),
    json<object>(`${postman}/environment.json`),
  ])
  const run = await runCollection({ collection, environment, folder: 'My Profile', variables: { accessToken: 'mine' } })
  expect(run.answers[0]?.status).toBe(401)
  expect(run.variable('accessToken')).toBe('mine')
})

test('a format that there is none of is refused with where the others are described', async () => {
  const answer = await fetch(`${control('iokids')}/bruno/collection.json`)
  expect(answer.status).toBe(404)
  const problem = { detail: expect.stringContaining('is not part of the control API, which /_grantbox/openapi.json describes') }
  expect(await answer.json()).toMatchObject(problem)
})

test('a client that is not there is refused, and those that are named', async () => {
  const answer = await fetch(`${control('iokids')}/http/requests.http?client_id=nobody`)
  expect(answer.status).toBe(400)
  expect(await answer.json()).toMatchObject({ errors: [{ field: 'client_id', expected: 'iok-cid-findfluffy', came: 'nobody' }] })
})

describe('the .http file', () => {
  test('has a block for each request, and variables that hand tokens on', async () => {
    const answer = await fetch(`${control('iokids')}/http/requests.http`)
    expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    const text = await answer.text()
    expect(text).toContain(`@apiServer = ${shared.url}\n@clientId = iok-cid-findfluffy\n`)
    expect(text).toContain('@accessToken = {{refreshAccessToken.response.body.$.access_token}}\n')
    const names = [...text.matchAll(/^# @name (\w+)$/gm)].map(([, name]) => name)
    expect(new Set(names).size).toBe(names.length)
    const postman = await json<PostmanCollection>(`${control('iokids')}/postman/collection.json`)
    expect(text.match(/^### /gm)).toHaveLength(postman.item.flatMap(({ item }) => item).length)
  })

  test.each(['iokids', 'standard'])('of %s holds requests that work once its variables are filled in', async (name) => {
    const text = await (await fetch(`${control(name)}/http/requests.http`)).text()
    const block = text.split(/^### /m).find((one) => one.startsWith('Grant: Client Credentials'))
    const [head = '', body] = (block ?? '').trim().split('\n\n')
    const [line = '', ...headers] = head
      .split('\n')
      .slice(1)
      .filter((one) => !one.startsWith('#'))
    const variables = Object.fromEntries([...text.matchAll(/^@(\w+) = (.*)$/gm)].map(([, key, value]) => [key, value]))
    const filled = (value: string) => value.replaceAll(/\{\{(\w+)\}\}/g, (_, key) => variables[key] ?? '')
    const [, method = '', url = ''] = /^(\w+) (\S+)$/.exec(filled(line)) ?? []
    const answer = await fetch(url, {
      method,
      body: filled(body ?? '').replaceAll('\n', ''),
      headers: headers.map((header): [string, string] => {
        const [key = '', value = ''] = filled(header).split(': ')
        // Editors encode "Basic user password" themselves.
        return [key, value.replace(/^Basic (\S+) (\S+)$/, (_, user, password) => `Basic ${btoa(`${user}:${password}`)}`)]
      }),
    })
    expect(answer.status).toBe(200)
  })
})
