/**
 * V8's code cache of the program, taken after it has started. Node's own compile cache keeps what was compiled when a file was
 * loaded; this one has the functions as well that ran since, which would be compiled one by one at every start.
 */
import { hash } from 'node:crypto'
import { closeSync, constants, fstatSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { Script, constants as vm } from 'node:vm'

/** What Node.js wraps around a CommonJS file. */
const [head, tail] = ['(function (exports, require, module, __filename, __dirname) { ', '\n})']

/** A smaller file is compiled in the time that it takes to read a cache; bytes. */
const worthCaching = 50_000

const native = createRequire(import.meta.url)
const { Module } = native('node:module') as typeof import('node:module')

/** Loads CommonJS files, and those that they require by a name that begins with `./`, with what earlier processes compiled. */
export class CachedLoader {
  readonly #folder: string
  /** What was compiled anew by this process, and where it belongs. */
  readonly #compiled = new Map<string, Script>()

  /** @param folder where caches lie: one for each version and build of Node.js, as `getCompileCacheDir` names it */
  constructor(folder: string) {
    this.#folder = folder
  }

  /**
   * What a file exports; whoever requires it elsewhere gets the same.
   * @param file its absolute path; its name changes with its content, which is ASCII
   */
  load(file: string): unknown {
    const known = native.cache[file]
    if (known !== undefined) return known.exports
    const script = this.#compile(file)
    const require = createRequire(file)
    const own = Object.assign((id: string) => (id.startsWith('./') ? this.load(join(dirname(file), id)) : require(id)), require)
    // As Node.js does with a file that it loads itself.
    const module = new Module(file)
    module.filename = file
    native.cache[file] = module
    script.runInThisContext().call(module.exports, module.exports, own, module, file, dirname(file))
    module.loaded = true
    return module.exports
  }

  /**
   * Keeps what was compiled for the processes that come, of files that had no cache. Nothing happens where the folder takes none.
   * @returns how many files it was kept of
   */
  keep(): number {
    let kept = 0
    for (const [path, script] of this.#compiled) {
      try {
        writeKept(path, script.createCachedData())
        kept++
      } catch {
        // The next start compiles anew, that is all.
      }
    }
    this.#compiled.clear()
    return kept
  }

  #compile(file: string): Script {
    const source = readFileSync(file, 'latin1')
    const path = source.length < worthCaching ? undefined : join(this.#folder, `grantbox-${basename(file)}.cache`)
    const cachedData = path === undefined ? undefined : readKept(path)
    const script = new Script(head + source + tail, {
      filename: file,
      // The first line of the file begins where it does for Node.js itself.
      columnOffset: -head.length,
      importModuleDynamically: vm.USE_MAIN_CONTEXT_DEFAULT_LOADER,
      ...(cachedData !== undefined && { cachedData }),
    })
    if (path !== undefined && script.cachedDataRejected !== false) this.#compiled.set(path, script)
    return script
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
