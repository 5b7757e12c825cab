import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

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

test('of what a user installs nothing but better-sqlite3 may run a script while it is installed', () => {
  const scripted = Object.entries(packages).filter(
    ([path, { hasInstallScript, dev }]) => path !== '' && hasInstallScript === true && dev !== true,
  )
  expect(scripted.map(([path]) => nameOf(path)).filter((name) => name !== 'better-sqlite3')).toEqual([])
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
