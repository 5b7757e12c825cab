import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { configJsonSchema } from '../../src/config/json-schema.ts'
import { guideExample, guideExamples, problemsOf, startDeclared } from '../support/declared.ts'
import { send } from '../support/vendor-client.ts'

const guide = await readFile(join(import.meta.dirname, '../../docs/providers.md'), 'utf8')
const [, complete = ''] = /<!-- example -->\n```yaml\n(.*?)```/s.exec(guide) ?? []
const examples = [parse(complete).providers.acme, ...guideExamples.map(guideExample)] as Record<string, unknown>[]

interface Schema {
  properties?: Record<string, Schema>
  $ref?: string
}

const definitions = ((await configJsonSchema()) as unknown as { $defs: Record<string, Schema> }).$defs
const keys = definitions.Provider?.properties ?? {}

/** The keys below a key, where there are any of their own. */
function below(key: string, { properties, $ref }: Schema): string[] {
  // Settings have a page of their own.
  if (key === 'settings') return []
  const found = properties ?? definitions[$ref?.split('/').at(-1) ?? '']?.properties
  return Object.keys(found ?? {})
}

test.each(guideExamples)('the part %s is a declaration', (name) => {
  expect(problemsOf(guideExample(name))).toEqual([])
})

test.each(Object.keys(keys))('the guide names %s with all that is below it, and has an example of it', (key) => {
  expect(guide).toContain(`\`${key}`)
  expect(examples.filter((example) => Object.hasOwn(example, key))).not.toEqual([])
  for (const name of below(key, keys[key] ?? {})) expect(guide, `${key}.${name}`).toMatch(new RegExp(`\\b${name}\\b`))
})

test('documents are answered to GET alone, with what the request says', async () => {
  const server = await startDeclared(guideExample('documents'))
  const { body } = await send(`${server.url}/common/discovery/instance?api-version=1.1`)
  expect(body).toEqual({
    tenant_discovery_endpoint: `${server.url}/.well-known/openid-configuration`,
    'api-version': '1.1',
    metadata: [{ preferred_network: 'login.acme.example', preferred_cache: 'login.acme.example', aliases: ['login.acme.example'] }],
  })
  expect((await send(`${server.url}/v1/regions`)).text).toBe('["eu-1","us-2"]')
  expect((await send(`${server.url}/v1/regions`, { method: 'POST' })).status).toBe(405)
})

test.each<[object, string]>([
  [{ documents: { regions: [] } }, 'providers.acme.documents.regions: expected a path'],
  [{ documents: { '/a': ['{nme}'] } }, 'providers.acme.documents./a[0]: expected a value that there is'],
  [{ documents: { '/token': {} } }, 'expected a path of its own'],
  [{ documents: { '/a': '{settings.signing_secret}' } }, 'that is no secret'],
])('a mistake in %o is told with its path', (declaration, line) => {
  expect(problemsOf(declaration).join('\n')).toContain(line)
})
