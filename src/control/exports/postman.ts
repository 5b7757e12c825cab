import { createHash } from 'node:crypto'
import type { CollectionRequest, RequestCollection, SignIn } from '../../providers/collection.ts'
import { valuesOf, variable } from './variables.ts'

export interface PostmanOptions {
  collection: RequestCollection
  /** The sandbox's name: exports of two sandboxes stand side by side in Postman. */
  sandbox: string
  /** Sent before the first request of all while there are no tokens, so that each works at once. */
  firstTokens?: CollectionRequest | undefined
}

export interface PostmanEnvironmentOptions extends PostmanOptions {
  /** `host[:port][/prefix]`, without scheme and slash at the end: the requests say `https://{{apiServer}}/…`. */
  apiServer: string
  clientId: string
  clientSecret: string
}

/** The parts of a Postman collection v2.1 that are used here. */
export type PostmanCollection = ReturnType<typeof postmanCollection>
export type PostmanItem = ReturnType<typeof item>
export type PostmanEnvironment = ReturnType<typeof postmanEnvironment>

/** The collection in Postman's format v2.1, byte-stable: the same options give the same JSON. It holds no secret; the environment does. */
export function postmanCollection({ collection, sandbox, firstTokens }: PostmanOptions) {
  return {
    info: {
      _postman_id: stableId('collection', sandbox, collection.name),
      name: collection.name,
      ...(collection.description !== undefined && { description: collection.description }),
      schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
    },
    item: collection.folders.map((folder) => ({
      name: folder.name,
      item: folder.requests.map((request) => item(request, collection)),
    })),
    ...(firstTokens !== undefined && {
      event: [{ listen: 'prerequest', script: { type: 'text/javascript', exec: firstTokensScript(firstTokens, collection) } }],
    }),
    ...(collection.signIn !== undefined && { auth: oauth2(collection.signIn, collection) }),
    ...(collection.defaults !== undefined && {
      variable: Object.entries(collection.defaults).map(([key, value]) => ({ key, value })),
    }),
  }
}

/** The variables that the collection's requests name, in the vendor's order, filled for one client. Byte-stable. */
export function postmanEnvironment(options: PostmanEnvironmentOptions) {
  const { collection, sandbox, apiServer, clientId, clientSecret } = options
  const values = valuesOf(collection, { apiServer, clientId, clientSecret })
  return {
    id: stableId('environment', sandbox, collection.name),
    name: collection.name,
    values: collection.variables.map(({ name, holds }) => ({
      key: name,
      value: values[name] ?? '',
      type: holds === 'apiServer' || holds === 'clientId' ? 'default' : 'secret',
      enabled: true,
    })),
    _postman_variable_scope: 'environment',
  }
}

function item(request: CollectionRequest, collection: RequestCollection) {
  const script = testScript(request)
  const payload = body(request)
  return {
    name: request.name,
    ...(script.length > 0 && { event: [{ listen: 'test', script: { type: 'text/javascript', exec: script } }] }),
    request: {
      method: request.method,
      header: Object.entries(request.headers ?? {}).map(([key, value]) => ({ key, value })),
      url: url(request.path, collection),
      auth: auth(request, collection),
      ...(payload !== undefined && { body: payload }),
      ...(request.description !== undefined && { description: request.description }),
    },
  }
}

function url(target: string, collection: RequestCollection) {
  const server = variable('apiServer', collection)
  const [path = '', query] = target.split('?', 2)
  return {
    raw: `https://${server}${target}`,
    protocol: 'https',
    host: [server],
    path: path.split('/').slice(1),
    ...(query !== undefined && {
      query: query.split('&').map((pair) => {
        const [key = '', value = ''] = pair.split('=', 2)
        return { key, value }
      }),
    }),
  }
}

function body({ form, json }: CollectionRequest) {
  if (form !== undefined) {
    return { mode: 'urlencoded', urlencoded: Object.entries(form).map(([key, value]) => ({ key, value, type: 'text' })) } as const
  }
  if (json !== undefined) return { mode: 'raw', raw: JSON.stringify(json, null, 2), options: { raw: { language: 'json' } } } as const
  return undefined
}

function auth(request: CollectionRequest, collection: RequestCollection) {
  switch (request.auth) {
    case 'oauth2':
      if (collection.signIn === undefined)
        throw new TypeError(`${collection.name}: "${request.name}" has auth oauth2, but signIn is missing`)
      return oauth2(collection.signIn, collection)
    case 'bearer':
      return { type: 'bearer', bearer: attributes({ token: variable('accessToken', collection) }) } as const
    case 'basic':
      return {
        type: 'basic',
        basic: attributes({ username: variable('clientId', collection), password: variable('clientSecret', collection) }),
      } as const
    case 'none':
      return { type: 'noauth' } as const
    default:
      return { type: 'awsv4', awsv4: attributes({ ...request.auth }) } as const
  }
}

function oauth2(signIn: SignIn, collection: RequestCollection) {
  const server = variable('apiServer', collection)
  return {
    type: 'oauth2',
    oauth2: attributes({
      tokenName: signIn.tokenName,
      grant_type: 'authorization_code',
      redirect_uri: signIn.callback,
      // The embedded window: a browser tab would ignore the callback and use Postman's own.
      useBrowser: false,
      authUrl: `https://${server}${signIn.authorizePath}${signIn.parameters ? `?${new URLSearchParams(signIn.parameters)}` : ''}`,
      accessTokenUrl: `https://${server}${signIn.tokenPath}`,
      clientId: variable('clientId', collection),
      clientSecret: variable('clientSecret', collection),
      scope: signIn.scope,
      state: signIn.state,
      client_authentication: signIn.clientAuthentication,
      accessToken: variable('accessToken', collection),
      tokenType: 'Bearer',
      addTokenTo: 'header',
      headerPrefix: 'Bearer',
    }),
  } as const
}

function attributes(values: Record<string, string | boolean>) {
  return Object.entries(values).map(([key, value]) => ({ key, value, type: typeof value === 'boolean' ? 'boolean' : 'string' }))
}

function testScript({ expects, saves = {} }: CollectionRequest): string[] {
  const lines: string[] = []
  const statuses = expects === undefined ? [200] : [expects.status].flat()
  if (expects !== undefined) {
    const { contentType, members = {} } = expects
    lines.push(`pm.test('answers ${statuses.join(' or ')}', () => pm.expect(pm.response.code).to.be.oneOf([${statuses.join(', ')}]))`)
    if (contentType !== undefined) {
      lines.push(
        `pm.test('comes as ${contentType}', () => pm.expect(pm.response.headers.get('Content-Type').split(';')[0]).to.equal('${contentType}'))`,
      )
    }
    for (const [member, type] of Object.entries(members)) {
      const article = /^[ao]/.test(type) ? 'an' : 'a'
      lines.push(
        `pm.test('${member} is ${article} ${type}', () => pm.expect(pm.response.json()).to.have.property('${member}').that.is.${article}('${type}'))`,
      )
    }
  }
  const saved = Object.entries(saves)
  // A refusal must not wipe out tokens that still work.
  if (saved.length > 0) {
    lines.push(
      `if ([${statuses.join(', ')}].includes(pm.response.code)) {`,
      '  const save = (name, path) => {',
      "    const value = path.split('.').reduce((part, member) => part?.[member], pm.response.json())",
      '    if (value !== undefined) pm.environment.set(name, value)',
      '  }',
      ...saved.map(([name, path]) => `  save('${name}', '${path}')`),
      '}',
    )
  }
  return lines
}

/** Gets tokens when there are none; whoever signed in has some. */
function firstTokensScript(request: CollectionRequest, collection: RequestCollection): string[] {
  const filled = (text: string) => `pm.variables.replaceIn(${JSON.stringify(text)})`
  const saved = Object.entries(request.saves ?? {})
  const form = Object.entries(request.form ?? {}).map(([key, value]) => `{ key: '${key}', value: ${filled(value)} }`)
  const basic = `${variable('clientId', collection)}:${variable('clientSecret', collection)}`
  return [
    `if (${saved.map(([name]) => `!pm.environment.get('${name}')`).join(' && ')}) {`,
    '  // No tokens yet: take some with the password of a sandbox user. "Get New Access Token" signs in as anybody.',
    '  pm.sendRequest({',
    `    url: ${filled(`https://${variable('apiServer', collection)}${request.path}`)},`,
    `    method: '${request.method}',`,
    ...(request.auth === 'basic' ? [`    header: { Authorization: 'Basic ' + btoa(${filled(basic)}) },`] : []),
    `    body: { mode: 'urlencoded', urlencoded: [${form.join(', ')}] },`,
    '  }, (error, response) => {',
    '    if (error || response.code !== 200) return',
    ...saved.map(([name, path]) => `    pm.environment.set('${name}', response.json().${path})`),
    '  })',
    '}',
  ]
}

/** SHA-256 of the names in the shape of a random UUID (RFC 9562 §5.4), the one that every reader of UUIDs accepts. */
function stableId(...names: string[]): string {
  const hash = createHash('sha256').update(names.join('\0')).digest()
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x40, 6)
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8)
  return hash.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
