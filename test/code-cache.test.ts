import { chmod, copyFile, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadCached } from '../src/cli/code-cache.ts'

let folder: string
let file: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'grantbox-code-'))
  file = join(folder, 'core-1.cjs')
  await writeFile(file, 'exports.where = __filename; exports.fail = () => { throw new Error(require("node:path").basename(__dirname)) }')
})

afterEach(() => rm(folder, { recursive: true }))

/** Loads the file and keeps what was compiled. */
async function keep(): Promise<string> {
  loadCached(file, folder).keep()
  const name = (await readdir(folder)).find((one) => one.endsWith('.cache')) ?? ''
  return join(folder, name)
}

test('loads a CommonJS file for everyone who requires it', () => {
  loadCached(file, folder)
  const { where, fail } = createRequire(import.meta.url)(file) as { where: string; fail: () => never }
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

test('uses what an earlier process kept', async () => {
  expect(loadCached(file, folder).cached).toBe(false)
  await keep()
  expect(loadCached(file, folder).cached).toBe(true)
})

test('compiles anew when a byte of what was kept changed or some are missing', async () => {
  const kept = await keep()
  const content = await readFile(kept)
  for (const damaged of [content.subarray(0, -1), content.map((byte, index) => (index === 100 ? byte ^ 1 : byte)), Buffer.alloc(0)]) {
    await writeFile(kept, damaged)
    expect(loadCached(file, folder).cached).toBe(false)
  }
})

test('compiles anew when what was kept is of another content', async () => {
  await keep()
  await writeFile(file, 'exports.where = "elsewhere"')
  expect(loadCached(file, folder).cached).toBe(false)
})

test.runIf(process.getuid !== undefined)('compiles anew when others can write what was kept, or it is a link', async () => {
  const kept = await keep()
  await chmod(kept, 0o622)
  expect(loadCached(file, folder).cached).toBe(false)
  await chmod(kept, 0o600)
  await rename(kept, join(folder, 'other'))
  await symlink(join(folder, 'other'), kept)
  expect(loadCached(file, folder).cached).toBe(false)
  await rm(kept)
  await copyFile(join(folder, 'other'), kept)
  expect(loadCached(file, folder).cached).toBe(true)
})

test('leaves nothing and says nothing where nothing can be kept', async () => {
  const nowhere = join(folder, 'core-1.cjs')
  expect(() => loadCached(file, nowhere).keep()).not.toThrow()
  expect(await readdir(folder)).toEqual(['core-1.cjs'])
})
