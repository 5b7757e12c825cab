import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { ConfigError } from '../../config/error.ts'
import { type Flags, parseFlags, unknown } from '../../config/flags.ts'
import type { Provider } from '../../providers/provider.ts'
import { providers, vendors } from '../../providers/registry.ts'
import type { Command, CommandContext } from '../command.ts'
import { type Framework, frameworkOf, frameworks, hasGrantbox, preloadedOf } from './choice.ts'
import { composeFile, configFile } from './config.ts'
import { exampleTest } from './examples.ts'

const flags: Flags = {
  yes: { description: 'ask nothing, and take what is not said as it usually is' },
  provider: { value: 'NAME', description: 'the vendor whose sandbox answers at the root (standard)' },
  framework: { value: 'NAME', description: `what runs the example test: ${frameworks.join(', ')} (what the project has)` },
  dir: { value: 'FOLDER', description: 'the folder of the project (the working folder)' },
  force: { description: 'write in the place of files that are there' },
}

const providerNames = [...providers.keys(), ...vendors.map(({ id }) => id)]

/** `grantbox init`: a commented config file, a compose service and an example test, written into a project. */
export const init: Command = {
  flags,
  async run(context) {
    const { values, problems } = parseFlags(context.argv, flags)
    if (problems.length > 0) throw new ConfigError(problems)
    const folder = resolve(context.cwd, values.get('dir') ?? '.')
    const usual = frameworkOf(folder)
    const { name, framework } = await asking(context, values.has('yes'), async (ask) => ({
      name: oneOf('provider', values.get('provider') ?? (await ask('Which provider?', 'standard', providerNames)), providerNames),
      framework: oneOf('framework', values.get('framework') ?? (await ask('What runs your tests?', usual, frameworks)), frameworks),
    }))
    const written = await write(await load(name), framework, folder, values.has('force'))
    const shown = (path: string) => relative(context.cwd, join(folder, path)) || path
    for (const path of written.paths) context.stdout.write(`Wrote ${shown(path)}\n`)
    const cd = folder === context.cwd ? '' : `cd ${relative(context.cwd, folder)}\n  `
    const install = framework === 'pytest' || hasGrantbox(folder) ? '' : 'npm install --save-dev grantbox\n  '
    context.stdout.write(`Next:\n  ${cd}${install}${written.run}\nAnd to look around: npx grantbox, then http://localhost:9400/dashboard\n`)
    return 0
  },
}

async function load(name: string): Promise<Provider> {
  const provider = providers.get(name) ?? (await vendors.find(({ id }) => id === name)?.load())
  if (provider === undefined) throw new Error(`there is no provider ${name}`)
  return provider
}

/** Writes all files or none. @throws ConfigError that names those that are there */
async function write(provider: Provider, framework: Framework, folder: string, force: boolean) {
  if (framework === 'playwright' && preloadedOf(provider) === undefined)
    throw problem(
      'flag --framework',
      `expected another than playwright, for ${provider.id} has no page on which a preloaded client signs users in`,
    )
  const example = exampleTest(framework, provider)
  const files = { 'grantbox.config.yaml': configFile(provider), 'compose.grantbox.yaml': composeFile, [example.path]: example.text }
  const there = Object.keys(files).filter((path) => existsSync(join(folder, path)))
  if (there.length > 0 && !force)
    throw problem(
      'grantbox init',
      `${there.join(', ')} ${there.length === 1 ? 'is' : 'are'} there already, and nothing was written; --force writes in their place`,
    )
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  return { paths: Object.keys(files), run: example.run }
}

function oneOf<Name extends string>(flag: string, came: string, known: readonly Name[]): Name {
  const found = known.find((one) => one === came)
  if (found !== undefined) return found
  throw problem(`flag --${flag}`, `expected one of ${known.join(', ')}, got ${JSON.stringify(came)} (${unknown(flag, came, known)})`)
}

/** Answers a question with one of the known; what is usual where nobody answers. */
type Ask = (question: string, usual: string, known: readonly string[]) => Promise<string>

/** Lets somebody at a terminal answer questions, and does what needs the answers; nobody is asked where there is none. */
async function asking<T>({ stdin: input, stdout }: CommandContext, quiet: boolean, work: (ask: Ask) => Promise<T>): Promise<T> {
  const stdin = quiet ? undefined : input?.()
  if (stdin?.isTTY !== true) return work(async (_, usual) => usual)
  const { createInterface } = await import('node:readline/promises')
  const lines = createInterface({ input: stdin, output: stdout, terminal: false })
  const answers = lines[Symbol.asyncIterator]()
  try {
    return await work(async (question, usual, known) => {
      for (;;) {
        stdout.write(`${question} (${known.join(', ')}) [${usual}] `)
        const { value = '', done } = await answers.next()
        const said = String(value).trim()
        if (done === true || said === '') return usual
        if (known.includes(said)) return said
        stdout.write(`${unknown('answer', said, known)}\n`)
      }
    })
  } finally {
    lines.close()
  }
}

function problem(where: string, message: string): ConfigError {
  return new ConfigError([{ where, message }])
}
