import { z } from 'zod'
import { closest } from '../basics/closest.ts'
import { readBySchema } from '../basics/read-by-schema.ts'
import { grantTypes } from '../oauth/grants/registry.ts'
import { cibaType, deviceCodeType } from '../oauth/model/grant-names.ts'
import { confidentialMethod } from '../providers/clients.ts'
import type { ProviderDeclaration } from '../providers/data/declaration.ts'
import { declareProvider } from '../providers/data/declare.ts'
import { declaredApp } from '../providers/data/world.ts'
import type { Provider } from '../providers/provider.ts'
import { providers as builtIn, vendors } from '../providers/registry.ts'
import type { Declared, WorldDeclaration } from '../sandbox/declared.ts'
import { settingsSchema } from '../sandbox/settings-schema.ts'
import { type ConfigProblem, configProblem } from './error.ts'
import { examProblems } from './exam-problems.ts'
import { nameSchema, providerSchema } from './provider-schema.ts'
import { sandboxSchema } from './sandbox-schema.ts'
import { type Named, repeated, worldProblems } from './world-problems.ts'

/** The two keys of a config file that hold more than a value. */
export const declarationsSchema = z.object({
  providers: z.record(nameSchema, providerSchema).optional().describe('Providers of your own, by name.'),
  sandboxes: z.record(nameSchema, sandboxSchema).optional().describe('Sandboxes that are there whenever grantbox runs, by name.'),
})

/** The JSON Schema of both. */
export const declarationsJsonSchema = z.toJSONSchema(declarationsSchema, { io: 'input' })

/** The vendors whose names stand anywhere in a config file, loaded. */
export function mentionedVendors({ providers, sandboxes }: Readonly<Record<string, unknown>>): Promise<Provider[]> {
  const text = JSON.stringify([providers, sandboxes])
  return Promise.all(vendors.filter(({ id }) => text.includes(`"${id}"`)).map((vendor) => vendor.load()))
}

/** The ids of the exam's rules, loaded for a config file that says what an exam asks. */
export async function mentionedRules({ providers }: Readonly<Record<string, unknown>>): Promise<readonly string[]> {
  if (!JSON.stringify([providers]).includes('"exam":')) return []
  const { ruleIds } = await import('../exam/rule-ids.ts')
  return ruleIds
}

/**
 * Reads the providers and sandboxes of a config file.
 * @param label how problems name the file
 * @param loaded the vendors that it mentions ({@link mentionedVendors})
 * @param ruleIds the rules that an exam has ({@link mentionedRules})
 */
export function readDeclarations(
  content: Readonly<Record<string, unknown>>,
  label: string,
  loaded: readonly Provider[] = [],
  ruleIds: readonly string[] = [],
): { declared: Declared; problems: ConfigProblem[] } {
  const given = { providers: content.providers ?? {}, sandboxes: content.sandboxes ?? {} }
  const checked = readBySchema(declarationsSchema, given)
  if (checked.problems !== undefined) {
    return { declared: { providers: [], sandboxes: [] }, problems: checked.problems.map((problem) => configProblem(problem, label)) }
  }
  const problems: ConfigProblem[] = []
  const { providers: own = {}, sandboxes: wanted = {} } = checked.data
  const offered = new Map([...builtIn, ...loaded.map((one) => [one.id, one] as const)])
  const providers = declareAll(own, offered, label, problems)
  for (const provider of providers) problems.push(...examProblems(provider, own[provider.id]?.exam, label, ruleIds))
  const all = new Map([...offered, ...providers.map((provider) => [provider.id, provider] as const)])
  const sandboxes = Object.entries(wanted).map(([name, { provider = name, settings, spaces, ...rest }]) => {
    const known = all.get(provider)
    if (known === undefined)
      problems.push(noSuch(`${label}: sandboxes.${name}.provider`, 'a provider', provider, [...builtInNames, ...Object.keys(own)]))
    if (known === undefined) return { ...rest, name, provider }
    const read = <T extends WorldDeclaration>(said: T, path: string[], inherited: Settings = {}): T => {
      const { data: settings, problems: wrong = [] } = readBySchema(settingsSchema(known), said.settings ?? {})
      problems.push(...wrong.map((problem) => configProblem(problem, label, [...path, 'settings'])))
      const defaults = { company: '', scopes: [], grant_types: known.grant_types, auth_method: confidentialMethod(known.auth_methods) }
      const world = { apps: (said.apps ?? []).map((app) => declaredApp(app, defaults)), users: said.users ?? [] }
      problems.push(...worldProblems(world, known, { ...inherited, ...settings }, `${label}: ${path.join('.')}`))
      return { ...said, ...(settings !== undefined && { settings }) }
    }
    const itself = read({ ...rest, settings }, ['sandboxes', name])
    if (spaces !== undefined && known.own_spaces === undefined) {
      const message = `expected nothing, for ${provider} has no realms, pools or tenants with users and clients of their own`
      problems.push({ where: `${label}: sandboxes.${name}.spaces`, message })
    }
    const spaced = Object.entries(spaces ?? {}).map(([id, said]) => [id, read(said, ['sandboxes', name, 'spaces', id], itself.settings)])
    return { ...itself, name, provider, ...(spaces !== undefined && { spaces: Object.fromEntries(spaced) }) }
  })
  const hosts = sandboxes.flatMap(({ name, hosts = [] }) =>
    hosts.map((host, index): Named => [`${label}: sandboxes.${name}.hosts[${index}]`, host, host.toLowerCase()]),
  )
  const ports = sandboxes.flatMap(({ name, port }): Named[] => (port ? [[`${label}: sandboxes.${name}.port`, String(port)]] : []))
  const twice = [...repeated('a host', 'sandbox', hosts), ...repeated('a port', 'sandbox', ports)]
  const written = Object.fromEntries(Object.keys(own).map((name) => [name, (given.providers as Readonly<Record<string, unknown>>)[name]]))
  return { declared: { providers, sandboxes, written }, problems: [...problems, ...twice] }
}

type Settings = Readonly<Record<string, unknown>>

/** Loaded or not. */
const builtInNames = [...builtIn.keys(), ...vendors.map(({ id }) => id)]

/** Declares one provider after those that they extend. */
function declareAll(
  declarations: Readonly<Record<string, ProviderDeclaration>>,
  offered: ReadonlyMap<string, Provider>,
  label: string,
  problems: ConfigProblem[],
): Provider[] {
  const made = new Map<string, Provider>(offered)
  const underWay = new Set<string>()
  const make = (name: string): Provider | undefined => {
    const known = made.get(name)
    if (known !== undefined) return known
    const declaration = Object.hasOwn(declarations, name) ? declarations[name] : undefined
    if (declaration === undefined) return undefined
    const where = `${label}: providers.${name}`
    const { extends: baseName = 'standard' } = declaration
    if (underWay.has(name)) {
      problems.push({
        where: `${where}.extends`,
        message: `expected a provider that does not extend this one, got ${JSON.stringify(baseName)}`,
      })
      return undefined
    }
    underWay.add(name)
    const base = make(baseName)
    underWay.delete(name)
    if (base === undefined) {
      if (!Object.hasOwn(declarations, baseName)) {
        problems.push(noSuch(`${where}.extends`, 'a provider', baseName, [...builtInNames, ...Object.keys(declarations)]))
      }
      return undefined
    }
    const provider = declareProvider(name, declaration, base)
    problems.push(...providerProblems(provider, declaration, label))
    made.set(name, provider)
    return provider
  }
  return Object.keys(declarations).flatMap((name) => {
    if (builtInNames.includes(name)) {
      problems.push({ where: `${label}: providers.${name}`, message: 'expected a name that no built-in provider has' })
      return []
    }
    return make(name) ?? []
  })
}

/** Grant types whose clients are looked at before the token endpoint is asked. */
const begunElsewhere: readonly string[] = ['authorization_code', 'refresh_token', deviceCodeType, cibaType]

/** What only the whole provider shows: paths that meet, grant types that there are not, settings that it does not take. */
function providerProblems(provider: Provider, declaration: ProviderDeclaration, label: string): ConfigProblem[] {
  const where = `${label}: providers.${provider.id}`
  const known = new Set([...grantTypes.keys(), ...(provider.requests?.grants?.keys() ?? [])])
  const unknown = (declaration.grant_types ?? []).flatMap((one, index) => {
    const at = `${where}.grant_types[${index}]`
    if (typeof one === 'string') return known.has(one) ? [] : [noSuch(at, 'a grant type', one, [...known])]
    const likes = [...known].filter((name) => name !== one.name)
    if (!likes.includes(one.like)) return [noSuch(`${at}.like`, 'a grant type', one.like, likes)]
    if (begunElsewhere.includes(one.like) && !provider.grant_types.includes(one.like)) {
      return [
        {
          where: `${where}.grant_types`,
          message: `expected ${one.like} in the list, because ${one.name} is like it and clients must be registered for it`,
        },
      ]
    }
    return grantTypes.has(one.name)
      ? [{ where: `${at}.name`, message: `expected a name that no RFC has, got ${JSON.stringify(one.name)}` }]
      : []
  })
  const { registration } = provider.paths
  const owners = new Map<string, string>(provider.routes.map((route) => [fold(route.path), `the ${provider.name} API`]))
  const meeting: ConfigProblem[] = []
  for (const [name, path] of [...Object.entries(provider.paths), ['registration', registration && `${registration}/:client_id`] as const]) {
    if (typeof path !== 'string') continue
    const owner = owners.get(fold(path))
    if (owner !== undefined)
      meeting.push({ where: `${where}.paths.${name}`, message: `expected a path of its own, got "${path}", which is ${owner}'s` })
    owners.set(fold(path), name)
  }
  const { kid, signing_algs } = provider
  if (kid !== undefined && new Set(signing_algs.map((alg) => kid(alg, 1, {}))).size < signing_algs.length) {
    const came = `got ${JSON.stringify(declaration.signing?.key_id)} for ${signing_algs.join(', ')}`
    meeting.push({ where: `${where}.signing.key_id`, message: `expected a text with {alg}, for there are several algorithms, ${came}` })
  }
  const { by_get = [], query = {} } = provider.requests ?? {}
  for (const endpoint of provider.settings.query_token_requests === true ? [] : by_get) {
    if (query[endpoint] !== undefined) continue
    const message = `expected requests.query.${endpoint} beside it: what is asked by GET has its parameters in the query`
    meeting.push({ where: `${where}.requests.by_get`, message })
  }
  const { settings = {}, apps, users } = declaration
  const { problems: refused = [] } = readBySchema(settingsSchema(provider), settings)
  const wrong = refused.map((problem) => configProblem(problem, label, ['providers', provider.id, 'settings']))
  const own = apps !== undefined || users !== undefined ? worldProblems(provider.world, provider, {}, where) : []
  return [...unknown, ...meeting, ...spaceProblems(provider, declaration, where), ...wrong, ...own]
}

/** Parts of paths that nobody explained, and spaces that no path chooses. */
function spaceProblems({ paths, issuer_path, spaces = {} }: Provider, declaration: ProviderDeclaration, where: string): ConfigProblem[] {
  const placed = [...Object.entries(paths).map(([name, path]) => [`paths.${name}`, path] as const), ['issuer_path', issuer_path] as const]
  const parts = placed.flatMap(([at, path]) => [...String(path).matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({ at, name })))
  const unexplained = parts.filter(({ name }) => !Object.hasOwn(spaces, name))
  const unused = Object.keys(declaration.spaces ?? {}).filter((name) => !parts.some((part) => part.name === name))
  const elsewhere = Object.entries(spaces).flatMap(([name, { default: usual, aliases = {}, only }]) =>
    [['default', usual] as const, ...Object.entries(aliases).map(([alias, value]) => [`aliases.${alias}`, value] as const)]
      .filter(([, value]) => only !== undefined && !only.includes(value) && !Object.hasOwn(aliases, value))
      .map(([at, value]) => ({
        where: `${where}.spaces.${name}.${at}`,
        message: `expected one of ${only?.join(', ')}, got ${JSON.stringify(value)}`,
      })),
  )
  const [, ...more] = Object.entries(declaration.spaces ?? {}).filter(([, { own }]) => own === true)
  return [
    ...more.map(([name]) => ({
      where: `${where}.spaces.${name}.own`,
      message: 'expected one of the parts alone to have worlds of its own',
    })),
    ...Object.entries(declaration.spaces ?? {}).flatMap(([name, { own, only }]) =>
      own === true && only !== undefined
        ? [{ where: `${where}.spaces.${name}.only`, message: 'expected nothing beside own: there are those that were made' }]
        : [],
    ),
    ...unexplained.map(({ at, name }) => ({
      where: `${where}.${at}`,
      message: `expected spaces.${name}.default beside a path with {${name}}`,
    })),
    ...unused.map((name) => ({ where: `${where}.spaces.${name}`, message: `expected {${name}} in a path or in issuer_path` })),
    ...elsewhere,
  ]
}

/** Paths differ in more than letter case and a slash at the end. */
function fold(path: string): string {
  return path
    .toLowerCase()
    .replace(/(?<!\/)\/+$/, '')
    .replace(/:\w+|\{\w+\}/g, ':')
}

function noSuch(where: string, what: string, came: string, known: readonly string[]): ConfigProblem {
  const near = closest(came, known)
  const hint = near === undefined ? '' : `; did you mean ${near}?`
  return { where, message: `expected ${what}, one of ${known.join(', ')}, got ${JSON.stringify(came)}${hint}` }
}
