/** Builds `dist`: the program in few files, its two entrances (command line and library), and the library's types. */
import { spawnSync } from 'node:child_process'
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type OutputChunk, type Plugin, type RolldownOptions, rolldown } from 'rolldown'
import { emptyDatabase } from '../src/store/database/open-file.ts'
import { thirdPartyLicences } from './third-party.ts'

const root = join(import.meta.dirname, '..')
const source = join(root, 'src')
const output = join(root, 'dist')

/** One sheet of a package of 20 MB. */
const pico = 'node_modules/@picocss/pico/css/pico.classless.min.css'

/** What every command needs, and what every server needs; the rest is read when it is asked for. */
const [everyCommand, everyServer] = [
  ['cli/run-cli.ts', 'cli/start.ts'],
  ['start/server.ts', 'http/listener/listener.ts'],
].map((files) => files.map((file) => join(source, file))) as [string[], string[]]

const builtin = (name: string) => `process.getBuiltinModule('${name}')`
/** Of a module whose parts are read when they are used: it is loaded with the first of them. */
const whenUsed = (name: string) => `let found
  const all = () => (found ??= ${builtin(name)})
  module.exports = { ${Object.keys(process.getBuiltinModule(name) as object).map((part) => `get ${part}() { return all().${part} }`)} }`
const noCompiler = 'module.exports = () => () => { throw new Error("a schema has no compiler of its own") }'

/** What stands for modules that would be loaded at every start, and are used seldom or by nobody. */
const standIns: Readonly<Record<string, string>> = {
  // The framework asks for these, and uses them for servers that are none of ours.
  'node:https': whenUsed('node:https'),
  'node:http2': whenUsed('node:http2'),
  // Files are read without waiting while it starts.
  'node:fs/promises': whenUsed('node:fs/promises'),
  // Where the data folder is there, nothing is hashed or signed until somebody asks for a token.
  'node:crypto': whenUsed('node:crypto'),
  // Neither is used: the routes that have schemas bring their own compilers.
  '@fastify/ajv-compiler': noCompiler,
  '@fastify/fast-json-stringify-compiler': noCompiler,
  // Requests come through a port; only a test would inject them.
  'light-my-request': 'module.exports = () => { throw new Error("requests are not injected") }',
}

const commonJs = '.cjs'

const modulesOfNode: Plugin = {
  name: 'modules of Node.js',
  resolveId(id, importer, { kind }) {
    // What the bundler itself imports is none of ours.
    if (kind === 'dynamic-import' || importer?.startsWith('\0') === true) return null
    const name = isBuiltin(id) ? `node:${id.replace(/^node:/, '')}` : id
    return isBuiltin(id) || name in standIns ? `\0${name}${commonJs}` : null
  },
  /**
   * Node's modules are taken as they are: to import them makes a namespace of each, whose making touches everything that they
   * load lazily (for `node:http` all of undici: 24 ms).
   */
  load(id) {
    if (!id.startsWith('\0') || !id.endsWith(commonJs)) return null
    const name = id.slice(1, -commonJs.length)
    return { code: standIns[name] ?? `module.exports = ${builtin(name)}`, moduleType: 'js' }
  },
}

/**
 * The JavaScript of better-sqlite3 is bundled: alone it is a dozen files, each of which a start would find and read. Which of its
 * binaries fits, and where that lies, its own file says where it is installed, in the version that `package.json` fixes.
 */
const binaryOfSqlite: Plugin = {
  name: 'the binary of better-sqlite3',
  load(id) {
    if (!/better-sqlite3[\\/]lib[\\/]binding\.js$/.test(id)) return null
    const code = `const { createRequire } = ${builtin('node:module')}
      export function getBinding(given) {
        const require = createRequire(import.meta.url)
        return require(require.resolve('better-sqlite3/package.json').replace(/package\\.json$/, 'lib/binding.js')).getBinding(given)
      }`
    return { code, moduleType: 'js' }
  },
}

/** What is loaded with the program's core may also be asked for later. */
const ignored = ['INEFFECTIVE_DYNAMIC_IMPORT']

const options: RolldownOptions = {
  cwd: root,
  input: {
    'cli/main': join(source, 'cli/main.ts'),
    'program/library': join(source, 'index.ts'),
    'program/node-version': join(source, 'start/node-version.ts'),
  },
  platform: 'node',
  // A linked folder of modules keeps its name here: source maps are published, and say nothing of where it lies on this machine.
  resolve: { symlinks: false },
  // Its WebAssembly is read from its folder: it is installed beside the program.
  external: ['@resvg/resvg-wasm'],
  plugins: [modulesOfNode, binaryOfSqlite],
  onLog: (level, log, handle) => (ignored.includes(log.code ?? '') ? undefined : handle(level, log)),
}
const naming = { format: 'esm', entryFileNames: '[name].js', chunkFileNames: 'program/[name]-[hash].js' } as const

/** The modules that are loaded with any of `files`. */
function loadedWith(files: readonly string[], chunks: readonly OutputChunk[]): Set<string> {
  const seen = new Set<OutputChunk>()
  const follow = (chunk: OutputChunk | undefined) => {
    if (chunk === undefined || seen.has(chunk)) return
    seen.add(chunk)
    for (const name of chunk.imports) follow(chunks.find((one) => one.fileName === name))
  }
  for (const file of files) follow(chunks.find((chunk) => chunk.moduleIds.includes(file)))
  return new Set([...seen].flatMap((chunk) => chunk.moduleIds))
}

const chunksOf = (outputs: readonly { type: string }[]) => outputs.filter((one): one is OutputChunk => one.type === 'chunk')

await rm(output, { recursive: true, force: true })
const bundle = await rolldown(options)
const unjoined = chunksOf((await bundle.generate(naming)).output)
const [commands, core] = [loadedWith(everyCommand, unjoined), loadedWith(everyServer, unjoined)]
const { output: written } = await bundle.write({
  ...naming,
  dir: output,
  // For stack traces with `--enable-source-maps`: names and lines, not the text, which would be half the package.
  sourcemap: true,
  sourcemapExcludeSources: true,
  // A single other letter makes two bytes of each in memory: a start reads half as much.
  charset: 'ascii',
  // Names stay; each file that is found and linked costs a millisecond, and each megabyte that is read some more.
  minify: { mangle: false, compress: false, codegen: { removeWhitespace: true } },
  codeSplitting: {
    groups: [
      { name: 'commands', test: (id) => commands.has(id) },
      { name: 'core', test: (id) => core.has(id) && !commands.has(id) },
    ],
  },
})
await bundle.close()

// Of what is imported the version of Node.js is looked at before anything else is loaded.
await writeFile(join(output, 'index.js'), `import './program/node-version.js'\nexport * from './program/library.js'\n`)

const modules = chunksOf(written).flatMap((chunk) => chunk.moduleIds.map((id) => relative(root, id)))
await writeFile(join(output, 'THIRD-PARTY-LICENSES.txt'), thirdPartyLicences(root, [...modules, pico]))
await mkdir(join(output, 'assets'), { recursive: true })
await copyFile(join(root, pico), join(output, 'assets/pico.css'))
await writeFile(join(output, 'assets/empty.db'), emptyDatabase())

const tsc = fileURLToPath(new URL('bin/tsc', import.meta.resolve('typescript/package.json')))
const types = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' })
process.exitCode = types.status ?? 1

const declared = join(output, 'declarations')
const taken = new Set<string>()

/** Takes a declaration, and those that it stands on: the compiler writes one for each source, thirty times as many as the library's types need. */
async function take(name: string): Promise<void> {
  if (taken.has(name)) return
  taken.add(name)
  const text = await readFile(join(declared, name), 'utf8')
  const sources = /(['"])(\.{1,2}\/[^'"]+)\.ts\1/g
  await mkdir(join(output, 'types', dirname(name)), { recursive: true })
  // It leaves the endings of sources, where only it may resolve them.
  await writeFile(join(output, 'types', name), text.replaceAll(sources, '$1$2.js$1'))
  for (const [, , path = ''] of text.matchAll(sources)) await take(join(dirname(name), `${path}.d.ts`))
}

await take('index.d.ts')
await rm(declared, { recursive: true })
