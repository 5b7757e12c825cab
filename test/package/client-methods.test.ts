import { expect, test } from 'vitest'
import { clientAuthMethods } from '../../src/oauth/clients/methods/registry.ts'
import { vendors as names, providers } from '../../src/providers/registry.ts'
import { sourceFiles } from '../support/source.ts'

/** Data of vendors, which say what their clients do; the type holds them to the methods that there are. */
const vendors = new RegExp(`^src/providers/(${[...providers.keys(), ...names.map(({ id }) => id)].join('|')})/`)

/** The rule that looks for the other way of sending a secret than the client registered. */
const rules = 'src/exam/rules/token-request.ts'

test('client authentication methods are named where they are made, in the data of vendors and in the rule about them, and nowhere else', () => {
  const names = clientAuthMethods.filter((name) => name !== 'none').join('|')
  const naming = new RegExp(`['"\`](${names})['"\`]|auth_method\\w*(: | = | === | !== )['"\`]none['"\`]`)
  const found = sourceFiles()
    .filter(({ path, text }) => !path.startsWith('src/oauth/clients/methods/') && naming.test(text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')))
    .map(({ path }) => path)
  expect(found.filter((path) => !vendors.test(path))).toEqual([rules])
  expect(found.some((path) => vendors.test(path))).toBe(true)
})
