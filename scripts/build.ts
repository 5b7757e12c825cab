/** Builds `dist`: the program in few files, its two entrances (command line and library), and the library's types. */
import { spawnSync } from 'node:child_process'
import fs, { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type OutputChunk, type Plugin, type RolldownOptions, rolldown } from 'rolldown'
import { asAscii } from './ascii.ts'
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
/** Of a module that nothing of is read at a start: it is loaded when something is. */
const onDemand = (name: string) => `module.exports = new Proxy({}, { get: (_, key) => ${builtin(name)}[key] })`
const functionsOf = (module: object) => Object.entries(module).flatMap(([name, value]) => (typeof value === 'function' ? name : []))
const noCompiler = 'module.exports = () => () => { throw new Error("a schema has no compiler of its own") }'

/** What stands for modules that would be loaded at every start, and are used seldom or by nobody. */
const standIns: Readonly<Record<string, string>> = {
  // The framework asks for these, and uses them for servers that are none of ours.
  'node:https': onDemand('node:https'),
  'node:http2': onDemand('node:http2'),
  // Files are read without waiting while it starts; each of these is imported by name, and loads the others when it is called.
  'node:fs/promises': `for (const name of ${JSON.stringify(functionsOf(fs))})
    exports[name] = (...given) => ${builtin('node:fs/promises')}[name](...given)`,
  // What holds needs nobody to say how it does not.
  'node:assert': `module.exports = (holds, ...message) => { if (!holds) ${builtin('node:assert')}(holds, ...message) }`,
  // What is bundled together fits together: from the source, the versions that plugins ask for are looked at.
  semver: 'exports.satisfies = () => true',
  // Asked about the router's own expressions, for no path of ours has one.
  'safe-regex2': 'module.exports = () => true',
  // Neither is used: the routes that have schemas bring their own compilers.
  '@fastify/ajv-compiler': noCompiler,
  '@fastify/fast-json-stringify-compiler': noCompiler,
}

/** The framework's way to make loggers: ours is given to it, and loads pino when a line is written. */
const pinoOfFramework = 'node_modules/fastify/lib/logger-pino.js'
const withoutPino: readonly (readonly [string, string])[] = [
  ["const pino = require('pino')\nconst { serializersSym } = pino.symbols\n", 'const serializersSym = Symbol()\n'],
  // pino has it by itself.
  ['  err: pino.stdSerializers.err,\n', ''],
]

const commonJs = '.cjs'

const bundling: Plugin = {
  name: 'grantbox',
  resolveId(id, importer) {
    // What the bundler itself imports is none of ours.
    if (importer?.startsWith('\0') === true) return null
    return id.startsWith('node:') || id in standIns ? `\0${id}${commonJs}` : null
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
  transform(code, id) {
    if (!id.split(sep).join('/').endsWith(pinoOfFramework)) return null
    const missing = withoutPino.find(([text]) => !code.includes(text))
    if (missing !== undefined) throw new Error(`${pinoOfFramework} changed: it has no ${missing[0]}`)
    return { code: withoutPino.reduce((changed, [text, other]) => changed.replace(text, other), code), map: null }
  },
}

/** Source files become CommonJS, which alone can be loaded with a code cache that is taken later (`src/cli/code-cache.ts`). */
const toCommonJs: Plugin = {
  name: 'grantbox to CommonJS',
  /**
   * Files name folders by where they lie, and in a bundle they lie elsewhere: every file is in a folder of `dist`, so the folder
   * that belongs to a source file is one up and down again.
   */
  transform(code, id) {
    if (!id.startsWith(source + sep) || !code.includes('import.meta.')) return null
    const folder = relative(source, dirname(id)).split(sep).join('/')
    const changed = code
      .replaceAll('import.meta.dirname', `(__dirname + '/../${folder}')`)
      .replaceAll('import.meta.resolve(', '((name) => String(process.getBuiltinModule("node:url").pathToFileURL(require.resolve(name))))(')
    return { code: changed, map: null }
  },
  generateBundle(_, outputs) {
    for (const chunk of chunksOf(Object.values(outputs))) {
      const { code, mappings } = asAscii(chunk.code, chunk.map?.mappings ?? '')
      chunk.code = code
      if (chunk.map) chunk.map.mappings = mappings
    }
  },
}

/** What the executable runs is in files of its own. */
const builtProgram: Plugin = {
  name: 'grantbox built program',
  resolveId: (id) => (id === './run-cli.ts' ? join(source, 'cli/built-program.ts') : null),
}

/** No line moves in {@link bundling}; and what is loaded with the program's core may also be asked for later. */
const ignored = ['SOURCEMAP_BROKEN', 'INEFFECTIVE_DYNAMIC_IMPORT']

const options: RolldownOptions = {
  cwd: root,
  input: { cli: join(source, 'cli/run-cli.ts'), library: join(source, 'index.ts') },
  platform: 'node',
  // A linked folder of modules keeps its name here: source maps are published, and say nothing of where it lies on this machine.
  resolve: { symlinks: false },
  // A native module, and one whose WebAssembly is read from its folder: they are installed beside the program.
  external: ['better-sqlite3', '@resvg/resvg-wasm'],
  plugins: [bundling, toCommonJs],
  onLog: (level, log, handle) => (ignored.includes(log.code ?? '') ? undefined : handle(level, log)),
}
const naming = { format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: '[name]-[hash].cjs' } as const

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
  dir: join(output, 'program'),
  sourcemap: true,
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

for (const [name, file] of [
  ['cli/main', 'cli/main.ts'],
  ['node-version', 'start/node-version.ts'],
] as const) {
  const entrance = await rolldown({
    cwd: root,
    platform: 'node',
    input: { [name]: join(source, file) },
    plugins: [bundling, builtProgram],
  })
  await entrance.write({ format: 'esm', entryFileNames: '[name].js', codeSplitting: false, dir: output })
  await entrance.close()
}

const names = chunksOf(written).find((chunk) => chunk.name === 'library')?.exports ?? []
await writeFile(
  join(output, 'index.js'),
  `import './node-version.js'
const require = process.getBuiltinModule('node:module').createRequire(import.meta.url)
export const { ${names.join(', ')} } = require('./program/library.cjs')
`,
)

const modules = chunksOf(written).flatMap((chunk) => chunk.moduleIds.map((id) => relative(root, id)))
await writeFile(join(output, 'THIRD-PARTY-LICENSES.txt'), thirdPartyLicences(root, [...modules, pico]))
await mkdir(join(output, 'assets'), { recursive: true })
await copyFile(join(root, pico), join(output, 'assets/pico.css'))

const tsc = fileURLToPath(new URL('bin/tsc', import.meta.resolve('typescript/package.json')))
const types = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' })
process.exitCode = types.status ?? 1

// The compiler leaves the endings of sources in declarations, where only it may resolve them.
for (const entry of await readdir(join(output, 'types'), { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) continue
  const path = join(entry.parentPath, entry.name)
  const text = await readFile(path, 'utf8')
  await writeFile(path, text.replace(/((?:from|import) '\.{1,2}\/[^']+)\.ts'/g, "$1.js'"))
}
