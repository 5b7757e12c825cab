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
      link?: boolean
    }
  >
}
const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Locked
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  dependencies: Record<string, string>
  devDependencies: Record<string, string>
  scripts: Record<string, string>
}
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

test('our own package runs no script when it is installed', () => {
  expect(Object.keys(manifest.scripts).filter((name) => /^(pre|post)?install$|^prepare$|^(pre|post)?uninstall$/.test(name))).toEqual([])
})

test('every package is pinned to what it was by its hash', () => {
  const loose = Object.entries(packages).filter(([path, { integrity, link }]) => path !== '' && link !== true && integrity === undefined)
  expect(loose.map(([path]) => path)).toEqual([])
})

test('nothing comes from elsewhere than the registry', () => {
  const all = { ...manifest.dependencies, ...manifest.devDependencies }
  expect(Object.entries(all).filter(([, version]) => !/^[\^~]?\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([])
})
