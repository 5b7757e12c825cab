/**
 * V8's code cache of the program's core, taken after the program has started. Node's own compile cache keeps what was compiled
 * when a file was loaded; this one has the functions as well that ran since, which would be compiled one by one at every start.
 */
import { hash } from 'node:crypto'
import { closeSync, constants, fstatSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { Script, constants as vm } from 'node:vm'

/** A CommonJS file that was loaded. */
export interface Loaded {
  /** Whether what an earlier process had compiled was used. */
  cached: boolean
  /** Keeps what is compiled by now for the processes that come. Nothing happens where the folder takes no file. */
  keep(): void
}

/** What Node.js wraps around a CommonJS file. */
const [head, tail] = ['(function (exports, require, module, __filename, __dirname) { ', '\n})']

/**
 * Loads a CommonJS file, so that whoever requires it from now on gets what it exports.
 * @param file its absolute path; its name changes with its content, for the cache goes by it
 * @param folder where caches lie: one for each version and build of Node.js, such as `enableCompileCache` names
 */
export function loadCached(file: string, folder: string): Loaded {
  const kept = join(folder, `grantbox-${basename(file)}.cache`)
  const cachedData = readKept(kept)
  const script = new Script(head + readFileSync(file, 'latin1') + tail, {
    filename: file,
    // The first line of the file begins where it does for Node.js itself.
    columnOffset: -head.length,
    importModuleDynamically: vm.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    ...(cachedData !== undefined && { cachedData }),
  })
  const cached = cachedData !== undefined && script.cachedDataRejected === false
  const require = createRequire(file)
  // What Node.js makes for a file that it loads itself; the two of them then cannot be told apart.
  const module = new (require('node:module') as typeof import('node:module'))(file)
  module.filename = file
  require.cache[file] = module
  script.runInThisContext().call(module.exports, module.exports, require, module, file, dirname(file))
  module.loaded = true
  return {
    cached,
    keep() {
      try {
        writeKept(kept, script.createCachedData())
      } catch {
        // The next start compiles anew, that is all.
      }
    },
  }
}

/** What was kept, if nobody else can have written it and all of it is there: V8 runs it without looking at it. */
function readKept(path: string): Buffer | undefined {
  let file: number | undefined
  try {
    // Windows knows no links that anybody may make, and no owner by number; the folder is the user's own there.
    file = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
    const { uid, mode } = fstatSync(file)
    if (process.getuid !== undefined && (uid !== process.getuid() || (mode & 0o022) !== 0)) return undefined
    const content = readFileSync(file)
    const data = content.subarray(digestLength)
    return content.subarray(0, digestLength).equals(digestOf(data)) ? data : undefined
  } catch {
    return undefined
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

/** In place as a whole or not at all, whoever else writes it at the same time. */
function writeKept(path: string, data: Buffer): void {
  const partial = `${path}.${process.pid}`
  try {
    writeFileSync(partial, Buffer.concat([digestOf(data), data]), { flag: 'wx', mode: 0o600 })
    renameSync(partial, path)
  } catch (error) {
    rmSync(partial, { force: true })
    throw error
  }
}

const digestLength = 32

/** V8 checks versions, flags and the length of the script by itself, but not in every version whether bytes changed. */
function digestOf(data: Buffer): Buffer {
  return hash('sha256', data, 'buffer')
}
