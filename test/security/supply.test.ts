import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { thirdPartyLicences } from '../../scripts/third-party.ts'

const root = join(import.meta.dirname, '../..')

interface Locked {
  packages: Record<
    string,
    {
      dev?: boolean
      optional?: boolean
      hasInstallScript?: boolean
      dependencies?: Record<string, string>
      integrity?: string
      version?: string
      link?: boolean
    }
  >
}
const lockIn = (folder: string) => (JSON.parse(readFileSync(join(root, folder, 'package-lock.json'), 'utf8')) as Locked).packages
const packages = lockIn('.')
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  dependencies: Record<string, string>
  devDependencies: Record<string, string>
  scripts: Record<string, string>
  engines: { node: string }
}
const judges = JSON.parse(readFileSync(join(root, 'judges/package.json'), 'utf8')) as Pick<typeof manifest, 'dependencies'>
const nameOf = (path: string) => path.replace(/^.*node_modules\//, '')

test('of what a user installs nothing runs a script while it is installed', () => {
  const scripted = Object.entries(packages).filter(
    ([path, { hasInstallScript, dev }]) => path !== '' && hasInstallScript === true && dev !== true,
  )
  expect(scripted.map(([path]) => nameOf(path))).toEqual([])
})

test('of what a contributor installs only Node.js itself does, which has to fetch its program', () => {
  const scripted = Object.entries(packages).filter(
    ([path, { hasInstallScript, dev }]) => path !== '' && hasInstallScript === true && dev === true,
  )
  expect(scripted.map(([path]) => nameOf(path))).toEqual(['node'])
})

test('of the clients that judge it none does, though some have one', () => {
  const installing = readFileSync(join(root, 'scripts/judges.ts'), 'utf8').match(/run\('npm', \[[^\]]*\]/g)
  expect(installing).toEqual(["run('npm', ['ci', '--ignore-scripts']"])
})

test('our own package runs no script when it is installed', () => {
  expect(Object.keys(manifest.scripts).filter((name) => /^(pre|post)?install$|^prepare$|^(pre|post)?uninstall$/.test(name))).toEqual([])
})

test.each(['.', 'test/nodes', 'judges'])('every package is pinned to what it was by its hash, in %s', (folder) => {
  const loose = Object.entries(lockIn(folder)).filter(
    ([path, { integrity, link }]) => path !== '' && link !== true && integrity === undefined,
  )
  expect(loose.map(([path]) => path)).toEqual([])
})

test('so is every package from PyPI', () => {
  const requirements = readFileSync(join(root, 'judges/python/requirements.txt'), 'utf8').replaceAll('\\\n', '').trim().split('\n')
  expect(requirements.length).toBeGreaterThan(1)
  expect(requirements.filter((line) => !/^[\w-]+==[\w.]+ .*--hash=sha256:[0-9a-f]{64}/.test(line))).toEqual([])
})

test('the oldest Node.js that tests are run on is the oldest that we say is enough', () => {
  expect(manifest.engines.node).toBe(`>=${lockIn('test/nodes')['node_modules/floor']?.version?.replace(/\.0$/, '')}`)
})

test('nothing comes from elsewhere than the registry', () => {
  const all = { ...manifest.dependencies, ...manifest.devDependencies, ...judges.dependencies }
  expect(Object.entries(all).filter(([, version]) => !/^[\^~]?\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([])
})

test.each([
  {
    license: 'GPL-3.0-only',
    text: 'GNU',
    refused: 'taken is bundled, and its licence is none of 0BSD, Apache-2.0, BSD-2-Clause, BSD-3-Clause, ISC, MIT',
  },
  { text: 'All rights reserved', refused: 'taken is bundled, and its licence is none of' },
  { license: 'ISC', author: 'Ann', refused: 'is bundled and brings no text of its licence' },
  { license: 'MIT', refused: 'is bundled and brings no text of its licence' },
])('a package that may not go along as it is stops the build: $license', ({ license, author, text, refused }) => {
  expect(() => licencesWith({ license, author }, text)).toThrow(refused)
})

test('what a licence asks to be told goes along, and the words of MIT where a package has none', () => {
  expect(licencesWith({ license: 'ISC' }, 'Copyright Ann')).toBe('taken 1.0.0 (ISC)\n\nCopyright Ann\n')
  expect(licencesWith({ license: 'MIT', author: { name: 'Ann' } })).toMatch(
    /^taken 1\.0\.0 \(MIT\)\n\nBy Ann\n\nPermission is hereby granted.+SOFTWARE\.\n$/s,
  )
})

/** What is said of a bundle that takes something from one package, which says this of itself. */
function licencesWith(said: object, text?: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'grantbox-licences-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, 'node_modules/taken'), { recursive: true })
  writeFileSync(join(folder, 'LICENSE'), readFileSync(join(root, 'LICENSE')))
  writeFileSync(join(folder, 'node_modules/taken/package.json'), JSON.stringify({ name: 'taken', version: '1.0.0', ...said }))
  if (text !== undefined) writeFileSync(join(folder, 'node_modules/taken/LICENSE'), text)
  return thirdPartyLicences(folder, ['src/index.ts', 'node_modules/taken/lib/index.js'])
}
