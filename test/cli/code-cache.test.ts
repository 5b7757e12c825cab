import { chmod, copyFile, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { CachedLoader } from '../../src/cli/code-cache.ts'

const require = createRequire(import.meta.url)
const padding = `/* ${'.'.repeat(50_000)} */`

let folder: string
let file: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'grantbox-code-'))
  file = join(folder, 'core-1.cjs')
  await writeFile(file, `exports.where = __filename; exports.fail = () => { throw new Error('as told') }${padding}`)
})

afterEach(() => rm(folder, { recursive: true }))

/** Loads the file as another process would, and keeps what was compiled. Answers of how many files that was. */
function run(caches = folder, path = file): number {
  for (const known of Object.keys(require.cache)) if (known.startsWith(folder)) delete require.cache[known]
  const loader = new CachedLoader(caches)
  loader.load(path)
  return loader.keep()
}

async function kept(): Promise<string> {
  run()
  const name = (await readdir(folder)).find((one) => one.endsWith('.cache')) ?? ''
  return join(folder, name)
}

test('loads a CommonJS file for everyone who requires it', () => {
  const loaded = new CachedLoader(folder).load(file)
  const { where, fail } = require(file) as { where: string; fail: () => never }
  expect(require(file)).toBe(loaded)
  expect(where).toBe(file)
  const { stack } = (() => {
    try {
      return fail()
    } catch (error) {
      return error as Error
    }
  })()
  // Where it is in the file, whatever was put before it.
  expect(stack).toContain(`exports.fail (${file}:1:`)
  expect(Number(/:1:(\d+)\)/.exec(stack ?? '')?.[1])).toBeLessThan(100)
})

test('uses what an earlier process kept', () => {
  expect([run(), run(), run()]).toEqual([1, 0, 0])
})

test('also for the files that a file requires, one that is required late too, and not for small ones', async () => {
  const entry = join(folder, 'cli.cjs')
  await writeFile(
    entry,
    `exports.core = require('./core-1.cjs'); exports.late = () => require('./late.cjs'); exports.path = require('node:path')`,
  )
  await writeFile(join(folder, 'late.cjs'), `exports.core = require('./core-1.cjs')${padding}`)
  const loader = new CachedLoader(folder)
  const { core, late, path } = loader.load(entry) as { core: object; late: () => { core: object }; path: object }
  expect(path).toBe(require('node:path'))
  expect(loader.keep()).toBe(1)
  expect(late().core).toBe(core)
  expect(loader.keep()).toBe(1)
  expect(run(folder, entry)).toBe(0)
  const caches = (await readdir(folder)).filter((name) => name.endsWith('.cache'))
  expect(caches.sort()).toEqual(['grantbox-core-1.cjs.cache', 'grantbox-late.cjs.cache'])
})

test('compiles anew when a byte of what was kept changed or some are missing', async () => {
  const path = await kept()
  const content = await readFile(path)
  for (const damaged of [content.subarray(0, -1), content.map((byte, index) => (index === 100 ? byte ^ 1 : byte)), Buffer.alloc(0)]) {
    await writeFile(path, damaged)
    expect([run(), run()]).toEqual([1, 0])
  }
})

test('compiles anew when what was kept is of another content', async () => {
  await kept()
  await writeFile(file, `exports.where = "elsewhere"${padding}`)
  expect(run()).toBe(1)
})

test.runIf(process.getuid !== undefined)('compiles anew when others can write what was kept, or it is a link', async () => {
  const path = await kept()
  const other = join(folder, 'other')
  await copyFile(path, other)
  await chmod(path, 0o622)
  expect(run()).toBe(1)
  await rm(path)
  await symlink(other, path)
  expect(run()).toBe(1)
  await rename(other, path)
  expect(run()).toBe(0)
})

test('leaves nothing and says nothing where nothing can be kept', async () => {
  expect(run(file)).toBe(0)
  expect(await readdir(folder)).toEqual(['core-1.cjs'])
})
