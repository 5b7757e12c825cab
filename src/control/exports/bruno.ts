/*
 * Bruno imports Postman collections by itself, and ours with its folders, order, forms, headers, variables and scripts as they are
 * (tried with @usebruno/converters 0.23). But Postman has no word for Bruno's `autoFetchToken`, which Bruno takes for true: a vendor's
 * "Refresh Access Token", which brings its own token and has OAuth 2.0 for who wants to sign in, would open a sign-in window before
 * it is sent. And all requests would go over https, whose authority Bruno has to be told to trust first.
 */

import type { CollectionRequest, RequestCollection } from '../../providers/collection.ts'

export interface BrunoOptions {
  collection: RequestCollection
  /** The sandbox's base URL, without a slash at the end. */
  base_url: string
  clientId: string
  clientSecret: string
}

interface KeyValue {
  name: string
  value: string
  enabled: boolean
}

interface BrunoAuth {
  mode: 'none' | 'basic' | 'bearer' | 'oauth2'
  basic?: { username: string; password: string }
  bearer?: { token: string }
  oauth2?: Record<string, string | boolean>
}

/** A request in Bruno's words. */
export interface BrunoRequest {
  type: 'http'
  name: string
  seq: number
  request: {
    url: string
    method: string
    headers: KeyValue[]
    params: (KeyValue & { type: 'query' })[]
    auth: BrunoAuth
    body: { mode: 'none' } | { mode: 'json'; json: string } | { mode: 'formUrlEncoded'; formUrlEncoded: KeyValue[] }
    script: { res?: string }
    tests: string
    docs: string
  }
}

/** What Bruno's "Import collection" reads, as far as it is used here. */
export interface BrunoCollection {
  version: '1'
  name: string
  items: { type: 'folder'; name: string; seq: number; items: BrunoRequest[] }[]
  environments: { name: string; variables: { name: string; value: string; type: 'text'; enabled: boolean; secret: boolean }[] }[]
}

/** The collection in Bruno's JSON format with an environment filled for one client, byte-stable. */
export function brunoCollection({ collection, base_url, clientId, clientSecret }: BrunoOptions): BrunoCollection {
  const values = { apiServer: base_url, clientId, clientSecret, refreshToken: '', accessToken: '' }
  const variables = [
    ...collection.variables.map(({ name, holds }) => ({ name, value: values[holds] })),
    ...Object.entries(collection.defaults ?? {}).map(([name, value]) => ({ name, value })),
  ]
  return {
    version: '1',
    name: collection.name,
    items: collection.folders.map((folder, index) => ({
      type: 'folder',
      name: folder.name,
      seq: index + 1,
      items: folder.requests.map((request, number) => item(request, number + 1, collection)),
    })),
    environments: [
      {
        name: collection.name,
        // Bruno keeps what is secret out of files, and so would not import it.
        variables: variables.map(({ name, value }) => ({ name, value, type: 'text', enabled: true, secret: false })),
      },
    ],
  }
}

function item(request: CollectionRequest, seq: number, collection: RequestCollection): BrunoRequest {
  const { name, method, path, headers = {}, form, json, description = '' } = request
  const pairs = (values: Readonly<Record<string, string>>) =>
    Object.entries(values).map(([key, value]) => ({ name: key, value, enabled: true }))
  const [, query] = path.split('?', 2)
  const script = saving(request)
  return {
    type: 'http',
    name,
    seq,
    request: {
      url: `${variable('apiServer', collection)}${path}`,
      method,
      headers: pairs(headers),
      params: (query?.split('&') ?? []).map((pair) => {
        const [key = '', value = ''] = pair.split('=', 2)
        return { name: key, value, enabled: true, type: 'query' }
      }),
      auth: auth(request, collection),
      body:
        form !== undefined
          ? { mode: 'formUrlEncoded', formUrlEncoded: pairs(form) }
          : json !== undefined
            ? { mode: 'json', json: JSON.stringify(json, null, 2) }
            : { mode: 'none' },
      script: script === '' ? {} : { res: script },
      tests: tests(request),
      docs: description,
    },
  }
}

function auth(request: CollectionRequest, collection: RequestCollection): BrunoAuth {
  switch (request.auth) {
    case 'bearer':
      return { mode: 'bearer', bearer: { token: variable('accessToken', collection) } }
    case 'basic':
      return { mode: 'basic', basic: { username: variable('clientId', collection), password: variable('clientSecret', collection) } }
    case 'oauth2': {
      const { signIn } = collection
      if (signIn === undefined) return { mode: 'none' }
      const server = variable('apiServer', collection)
      return {
        mode: 'oauth2',
        oauth2: {
          grantType: 'authorization_code',
          callbackUrl: signIn.callback,
          authorizationUrl: server + signIn.authorizePath,
          accessTokenUrl: server + signIn.tokenPath,
          clientId: variable('clientId', collection),
          clientSecret: variable('clientSecret', collection),
          scope: signIn.scope,
          state: signIn.state,
          pkce: false,
          credentialsPlacement: signIn.clientAuthentication === 'body' ? 'body' : 'basic_auth_header',
          tokenPlacement: 'header',
          tokenHeaderPrefix: 'Bearer',
          // The request itself brings the token: nothing is to be fetched before it is sent.
          autoFetchToken: false,
        },
      }
    }
    case 'none':
      return { mode: 'none' }
  }
}

function variable(holds: string, collection: RequestCollection): string {
  return `{{${collection.variables.find((variable) => variable.holds === holds)?.name ?? holds}}}`
}

/** Keeps what a good answer brings for the requests to come. */
function saving({ saves = {}, expects }: CollectionRequest): string {
  const saved = Object.entries(saves)
  if (saved.length === 0) return ''
  const lines = saved.map(([name, path]) => {
    const value = `res.body${path
      .split('.')
      .map((part) => (/^\d+$/.test(part) ? `?.[${part}]` : `?.${part}`))
      .join('')}`
    return `  if (${value} !== undefined) bru.setEnvVar('${name}', ${value})`
  })
  return [`if (${JSON.stringify(statuses(expects))}.includes(res.status)) {`, ...lines, '}'].join('\n')
}

function tests({ expects }: CollectionRequest): string {
  if (expects === undefined) return ''
  const expected = statuses(expects)
  const lines = [`test('answers ${expected.join(' or ')}', () => expect(res.status).to.be.oneOf(${JSON.stringify(expected)}))`]
  if (expects.contentType !== undefined) {
    lines.push(`test('comes as ${expects.contentType}', () => expect(res.headers['content-type']).to.contain('${expects.contentType}'))`)
  }
  for (const [member, type] of Object.entries(expects.members ?? {})) {
    const article = /^[ao]/.test(type) ? 'an' : 'a'
    lines.push(
      `test('${member} is ${article} ${type}', () => expect(res.body).to.have.property('${member}').that.is.${article}('${type}'))`,
    )
  }
  return lines.join('\n')
}

function statuses(expects: CollectionRequest['expects']): number[] {
  return expects === undefined ? [200] : [expects.status].flat()
}
