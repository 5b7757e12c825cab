import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../config/config.ts'
import { ConfigError } from '../config/error.ts'
import type { Flags } from '../config/flags.ts'
import { writeAuthorities } from '../proxy/clients/authorities.ts'
import { addressVariables, environmentFor } from '../proxy/clients/environment.ts'
import type { Command, CommandContext } from './command.ts'
import { aroundWords, hintsWords, modeOfRun, nextOfRun, oldNode, refusedWords } from './run-words.ts'
import { listenOptions } from './start.ts'

const flags: Flags = {
  offline: { description: 'refuse hosts of no sandbox, which are led to where they are otherwise, and list them at the end' },
  java: { description: 'lead Java as well, by JAVA_TOOL_OPTIONS' },
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** How long requests in flight may take to be answered when the command has ended; milliseconds. */
const graceMs = 500

/** `grantbox run -- npm test`: a grantbox in memory on a free port, and the vendors' hosts led to it, for as long as a command runs. */
export const run: Command = {
  flags,
  usage: 'run [flags] -- COMMAND [ARGUMENTS]',
  async run(context) {
    const { argv, env, cwd, stderr } = context
    const at = argv.indexOf('--')
    const [file, ...args] = at < 0 ? [] : argv.slice(at + 1)
    if (file === undefined)
      throw new ConfigError([{ where: 'grantbox run', message: 'expected: grantbox run [flags] -- COMMAND [ARGUMENTS]' }])
    const own = argv.slice(0, at)
    const config = await loadConfig({ argv: own, env, cwd, commandFlags: flags })
    const said = own.map((one) => one.split('=')[0])
    const proxy = modeOfRun(config.proxy, said.includes('--offline'))
    const warning = oldNode(file, context)
    const { listen } = await import('../start/listen.ts')
    const asked = new Set([...said, ...Object.keys(env).filter((name) => env[name])])
    // Of its own accord it keeps nothing and is in nobody's way.
    const db = asked.has('--db') || asked.has('GRANTBOX_DB') ? config.db : ':memory:'
    const dataDir = asked.has('--data') || asked.has('GRANTBOX_DATA') ? config.data : undefined
    const port = asked.has('--port') || asked.has('GRANTBOX_PORT') ? config.port : 0
    const nextProxy = config.proxy_next ?? nextOfRun(context)
    const { server, origin, close } = await listen({ ...listenOptions(config), db, dataDir, port, proxy, nextProxy })
    const folder = mkdtempSync(join(tmpdir(), 'grantbox-run-'))
    try {
      const place = { url: origin, adminToken: server.adminToken }
      const led =
        proxy === 'off'
          ? addressVariables(place)
          : environmentFor({ ...place, ...writeAuthorities(folder, await server.certificates.ca(), env, said.includes('--java')) }, env)
      if (proxy !== 'off') stderr.write((await warning) + aroundWords((await server.proxyReport()).hosts, env))
      const code = await runChild(file, args, { ...env, ...led }, context)
      stderr.write(refusedWords(await server.proxyReport()) + hintsWords(server.sandboxes.list()))
      return code
    } finally {
      await close(graceMs)
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

/** Runs a command with our streams, hands signals on to it, and gives the exit code that a shell would. */
function runChild(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  { cwd, stderr }: CommandContext,
): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd, env, stdio: 'inherit' })
    const handOn = (signal: NodeJS.Signals) => {
      // A terminal interrupts all of its programs, and many of them end at once at a second one.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
    }
    for (const signal of signals) process.on(signal, handOn)
    const end = (code: number) => {
      for (const signal of signals) process.off(signal, handOn)
      resolve(code)
    }
    child.on('error', (error: NodeJS.ErrnoException) => {
      const missing = error.code === 'ENOENT'
      stderr.write(`grantbox run: ${missing ? `there is no command ${file}` : error.message}\n`)
      end(missing ? 127 : 126)
    })
    child.on('exit', (code, signal) => end(code ?? 128 + (signal === null ? 0 : constants.signals[signal])))
  })
}
