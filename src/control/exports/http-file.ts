import type { CollectionRequest, RequestCollection } from '../../providers/collection.ts'
import { valuesOf, variable } from './variables.ts'

export interface HttpFileOptions {
  collection: RequestCollection
  /** The sandbox's base URL, without a slash at the end. */
  base_url: string
  clientId: string
  clientSecret: string
}

/**
 * The collection as a `.http` file, in the words that the HTTP clients of editors share; what one request hands on to the next is
 * said as VS Code's REST Client and httpyac say it.
 */
export function httpFile(options: HttpFileOptions): string {
  const { collection, base_url, clientId, clientSecret } = options
  const requests = collection.folders.flatMap((folder) => folder.requests.map((request) => ({ request, folder: folder.name })))
  const names = requestNames(requests.map(({ request }) => request))
  const savers = saversOf(collection, names)
  const variables = valuesOf(collection, { apiServer: base_url, clientId, clientSecret })
  const head = [
    `# ${collection.name}`,
    ...comment(collection.description),
    '',
    ...Object.entries(variables)
      .filter(([name]) => !savers.has(name))
      .map(([name, value]) => `@${name} = ${value}`),
    ...[...savers].map(([name, from]) => `@${name} = {{${from}}}`),
  ]
  const blocks = requests.map(({ request, folder }) => block(request, folder, names.get(request) ?? '', collection))
  return `${[head.join('\n'), ...blocks].join('\n\n')}\n`
}

/** A name for each request that a variable may begin with. */
function requestNames(requests: readonly CollectionRequest[]): Map<CollectionRequest, string> {
  const names = new Map<CollectionRequest, string>()
  const taken = new Set<string>()
  for (const request of requests) {
    const words = request.name.split(/[^A-Za-z0-9]+/).filter((word) => word !== '')
    const base =
      words.map((word, index) => (index === 0 ? word.toLowerCase() : word.charAt(0).toUpperCase() + word.slice(1))).join('') || 'request'
    let name = base
    for (let number = 2; taken.has(name); number++) name = `${base}${number}`
    taken.add(name)
    names.set(request, name)
  }
  return names
}

/** Where the value of a variable comes from: the first request that saves it, unless it needs that variable itself. */
function saversOf(collection: RequestCollection, names: ReadonlyMap<CollectionRequest, string>): Map<string, string> {
  const savers = new Map<string, string>()
  for (const request of collection.folders.flatMap((folder) => folder.requests)) {
    for (const [variable, path] of Object.entries(request.saves ?? {})) {
      const needsItself = JSON.stringify(request).includes(`{{${variable}}}`)
      // A variable that has a value to begin with works before any request was sent.
      if (needsItself || savers.has(variable) || collection.defaults?.[variable] !== undefined) continue
      savers.set(variable, `${names.get(request)}.response.body.$.${path.replaceAll(/\.(\d+)/g, '[$1]')}`)
    }
  }
  return savers
}

function block(request: CollectionRequest, folder: string, name: string, collection: RequestCollection): string {
  const { method, path, auth, headers = {}, form, json, description } = request
  const all: Record<string, string> = {
    ...(auth === 'bearer' && { Authorization: `Bearer ${variable('accessToken', collection)}` }),
    ...(auth === 'basic' && { Authorization: `Basic ${variable('clientId', collection)} ${variable('clientSecret', collection)}` }),
    ...(typeof auth === 'object' && {
      Authorization: `AWS ${auth.accessKey} ${auth.secretKey} region:${auth.region} service:${auth.service}`,
    }),
    ...headers,
    ...(form !== undefined && { 'Content-Type': 'application/x-www-form-urlencoded' }),
    ...(json !== undefined && { 'Content-Type': 'application/json' }),
  }
  const body = form === undefined ? (json === undefined ? undefined : JSON.stringify(json, null, 2)) : formBody(form)
  return [
    `### ${folder}: ${request.name}`,
    ...comment(description),
    `# @name ${name}`,
    `${method} ${variable('apiServer', collection)}${path.replaceAll(' ', '%20')}`,
    ...Object.entries(all).map(([header, value]) => `${header}: ${value}`),
    ...(body === undefined ? [] : ['', body]),
  ].join('\n')
}

/** A form on lines of its own; variables stay as they are. */
function formBody(form: Readonly<Record<string, string>>): string {
  return Object.entries(form)
    .map(
      ([name, value]) =>
        `${encodeURIComponent(name)}=${value.replaceAll(/(\{\{[^{}]*\}\})|([^{}]+|[{}])/g, (_, variable, text) => variable ?? encodeURIComponent(text))}`,
    )
    .join('\n&')
}

function comment(text: string | undefined): string[] {
  return text === undefined ? [] : text.split('\n').map((line) => `# ${line}`.trimEnd())
}
