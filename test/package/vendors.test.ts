import { describe, expect, test } from 'vitest'
import { providers, vendors } from '../../src/providers/registry.ts'
import { sourceFiles } from '../support/source.ts'

/**
 * A vendor's things lie in its folder, `src/providers/<vendor>/`, and the rooms that all share name none: what one of them cannot say by
 * `Provider` is a reason to widen that type. Then a new vendor is its folder, its line in the registry and its line in the README.
 */

/** Where a common room may name one, and why. */
const allowed: Readonly<Record<string, string>> = {
  'src/config/schema.ts: iokids': 'the default of the setting `provider`, and the example in its problem',
  'src/config/schema.ts: standard': 'the example in that problem',
  'src/config/declarations.ts: standard': 'what a declared provider extends when it does not say',
  'src/config/provider-schema.ts: standard': 'the same, and the endpoints that it has, which are all that can be declared',
  'src/cli/banner.ts: standard': 'where OpenID Connect is, which is looked for at the root',
  'src/http/provider-plugin.ts: standard': 'the same, for whoever asked there',
  'src/dashboard/apps/app-card.ts: apple': 'the mobile stores, which are named after their owners',
  'src/http/certificates/certificates.ts: apple': 'what platforms ask of certificates',
  'src/cli/env.ts: github': 'the flag for the file that GitHub Actions reads variables from',
  'src/config/import/documents.ts: standard': 'the same, for a document that is made to a provider',
  'src/config/import/dex.ts: standard': 'the same, for another server',
  'src/config/import/duende.ts: standard': 'the same',
  'src/config/import/navikt.ts: standard': 'what speaks for a server without ways of its own',
  ...Object.fromEntries(
    ['apple', 'auth0', 'discord', 'entra', 'facebook', 'github', 'google', 'okta', 'slack'].map((id) => [
      `src/config/import/emulate.ts: ${id}`,
      'a service in the seeds of that server, which has several vendors',
    ]),
  ),
  'src/cli/init/init.ts: standard': 'what a project begins with that has no vendor yet',
  'src/cli/exam/exam.ts: standard': 'whose sandbox an exam takes place in when nobody says another',
  'src/exam/browser/installed-chromium.ts: google': 'the programs of a browser',
  'src/exam/hints.ts: standard': 'whose clients have the RFCs to keep to, where a vendor has exceptions',
  'src/library/connect.ts: standard': 'what speaks for a server that has no sandbox at all',
  'src/library/start.ts: iokids': 'the default of the option `provider`',
  'src/dashboard/apps/app-card.ts: google': 'an app store',
  'src/proxy/dial.ts: google': 'the name of the metadata of its cloud, which nobody is led to',
}

const vendorNames = new Map([...providers.values(), ...vendors].map(({ id, name }) => [id, name]))
const ids = [...vendorNames.keys()]
/** Words that mean something else as well count as names only between quotation marks. */
const ordinary = new Set(['standard', 'gateway'])
const common = sourceFiles().filter(({ path }) => !/^src\/(providers|oauth|basics)\//.test(path))
const below = sourceFiles().filter(({ path }) => /^src\/(oauth|basics|providers\/[^/]+\.ts$|providers\/people\/)/.test(path))

function named(text: string): string[] {
  return ids.filter((id) => {
    const name = vendorNames.get(id) ?? id
    return ordinary.has(id)
      ? new RegExp(`(['"\`])${id}\\1|providers/${id}/|such as .*\\b${id}\\b`).test(text)
      : new RegExp(`${id}|\\b${name}\\b`, 'i').test(text)
  })
}

describe('a vendor is named', () => {
  test('in no common room but where it is allowed, and there it is', () => {
    const found = common.flatMap(({ path, text }) => named(text).map((id) => `${path}: ${id}`))
    expect(found.sort()).toEqual(Object.keys(allowed).sort())
  })

  test('nor in the protocol, and among the providers by the registry and the vendors alone', () => {
    const found = below
      .filter(({ path }) => path !== 'src/providers/registry.ts')
      .flatMap(({ path, text }) => named(text).map((id) => `${path}: ${id}`))
    expect(found).toEqual([])
  })

  test('and would be found', () => {
    expect(named("import { drawPicture } from '../../providers/iokids/drawings.ts'")).toEqual(['iokids'])
    expect(named("import { gatewaySettings } from '../providers/gateway/settings.ts'")).toEqual(['gateway'])
    expect(named('/** As Wildix does. */')).toEqual(['wildix'])
    expect(named("provider.id === 'standard'")).toEqual(['standard'])
    expect(named('/** Behind a gateway, as is the standard. */')).toEqual([])
  })

  test('and no vendor imports another one', () => {
    const arrows = sourceFiles().flatMap(({ path, text }) => {
      const vendor = /^src\/providers\/(\w+)\//.exec(path)?.[1]
      const others = [...text.matchAll(/from '\.\.\/(\w+)\//g)].map(([, folder]) => folder)
      return vendor === undefined || !ids.includes(vendor) ? [] : others.map((other) => `${vendor} → ${other}`)
    })
    const between = arrows.filter((arrow) => ids.includes(arrow.split(' → ')[1] ?? '') && !arrow.endsWith('→ standard'))
    expect(between).toEqual([])
  })
})
