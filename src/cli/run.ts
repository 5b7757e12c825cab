import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { loadConfig } from '../config/config.ts'
import { ConfigError } from '../config/error.ts'
import type { Flags } from '../config/flags.ts'
import type { Command, CommandContext } from './command.ts'
import { listenOptions } from './start.ts'

const flags: Flags = {}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** How long requests in flight may take to be answered when the command has ended; milliseconds. */
const graceMs = 500

/** `grantbox run -- npm test`: a grantbox in memory on a free port, for as long as a command runs. */
export const run: Command = {
  flags,
  async run(context) {
    const { argv, env, cwd } = context
    const at = argv.indexOf('--')
    const [file, ...args] = at < 0 ? [] : argv.slice(at + 1)
    if (file === undefined)
      throw new ConfigError([{ where: 'grantbox run', message: 'expected: grantbox run [flags] -- COMMAND [ARGUMENTS]' }])
    const config = await loadConfig({ argv: argv.slice(0, at), env, cwd, commandFlags: flags })
    const { listen } = await import('../start/listen.ts')
    const asked = new Set([...argv.slice(0, at).map((one) => one.split('=')[0]), ...Object.keys(env).filter((name) => env[name])])
    // Of its own accord it keeps nothing and is in nobody's way.
    const db = asked.has('--db') || asked.has('GRANTBOX_DB') ? config.db : ':memory:'
    const dataDir = asked.has('--data') || asked.has('GRANTBOX_DATA') ? config.data : undefined
    const port = asked.has('--port') || asked.has('GRANTBOX_PORT') ? config.port : 0
    const { server, origin, close } = await listen({ ...listenOptions(config), db, dataDir, port })
    try {
      const own = {
        GRANTBOX_URL: origin,
        ...(server.adminToken !== undefined && { GRANTBOX_ADMIN_TOKEN: server.adminToken }),
      }
      return await runChild(file, args, { ...env, ...own }, context)
    } finally {
      await close(graceMs)
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
    const handOn = (signal: NodeJS.Signals) => void child.kill(signal)
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
