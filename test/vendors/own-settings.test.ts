import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { configJsonSchema } from '../../src/config/json-schema.ts'
import { defaultSettings } from '../../src/oauth/model/settings.ts'
import { initialSettings, ownSettings } from '../../src/providers/own-settings.ts'
import { allProviders } from '../../src/providers/registry.ts'
import { settingsSchema } from '../../src/sandbox/settings-schema.ts'

const withOwn = (await allProviders()).flatMap(({ own_settings, ...provider }) =>
  own_settings === undefined ? [] : [{ ...provider, own_settings }],
)

describe.each(withOwn)('$id', (provider) => {
  test('each accepts its own default, and none is one of the protocol’s', () => {
    const own = Object.fromEntries(Object.entries(provider.own_settings).map(([name, one]) => [name, one.default]))
    expect(settingsSchema(provider).parse(own)).toEqual(own)
    expect(Object.keys(own).filter((name) => name in { ...defaultSettings, show_secrets: false })).toEqual([])
    expect(initialSettings(provider)).toMatchObject(own)
  })
})

test('an editor is told of a vendor’s own settings by the sandbox’s provider, or else by its name', async () => {
  const check = new Ajv2020({ strict: false, logger: false }).compile(await configJsonSchema())
  const of = (sandboxes: object) => check({ sandboxes })
  const round = { settings: { service_token_shape: 'round' } }
  expect(of({ wildix: { settings: { service_token_shape: 'flat' } } })).toBe(true)
  expect(of({ wildix: { settings: { service_token_shape: null } } })).toBe(true)
  expect(of({ wildix: round })).toBe(false)
  expect(of({ mine: { provider: 'wildix', ...round } })).toBe(false)
  expect(of({ wildix: { provider: 'deyel', ...round } })).toBe(true)
})

test('a misspelt setting does not compile', () => {
  const { of } = ownSettings<{ shape: 'flat' | 'round' }>({
    shape: { default: 'flat', says: 'the shape', accepts: ({ z }) => z.enum(['flat', 'round']) },
  })
  // @ts-expect-error: there is no such setting
  expect(of(defaultSettings).shpae).toBeUndefined()
  // @ts-expect-error: nor is there one of the protocol
  expect(defaultSettings.acces_token_ttl).toBeUndefined()
})
