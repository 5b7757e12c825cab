import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'

/** The Node.js of contributors, whatever the tests run on: it reads the variables of a proxy. */
export const currentNode = join(import.meta.dirname, '../../node_modules/.bin/node')

/** How a program ended. */
export interface Outcome {
  code: number | null
  stdout: string
  stderr: string
}

/** A program that runs. */
export interface Child {
  process: ChildProcess
  ended: Promise<Outcome>
  /** The first line of its output that matches. */
  said(pattern: RegExp): Promise<string>
}

/** Starts any program. */
export function startProgram(file: string, args: readonly string[], options: SpawnOptions = {}): Child {
  const child = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk
  })
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk
  })
  const ended = new Promise<Outcome>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
  return {
    process: child,
    ended,
    said: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const line = stdout.split('\n').find((one) => pattern.test(one))
          if (line !== undefined) resolve(line)
        }
        child.stdout?.on('data', look)
        look()
        ended.then(() => reject(new Error(`ended without saying ${pattern}: ${stdout}${stderr}`)), reject)
      }),
  }
}

/** Runs a program to its end and gives its output. @throws Error with what it said when it fails */
export async function runProgram(file: string, args: readonly string[], options: SpawnOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await startProgram(file, args, options).ended
  if (code !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${code}: ${stdout}${stderr}`)
  return stdout
}

/**
 * The variables of a shell in which nothing of this test run shows, with this Node.js and its npm first. Whom the machine trusts is not of
 * the test run: without it, npm may not reach its registry.
 */
export function cleanEnvironment(): Record<string, string> {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(NODE_(?!EXTRA_CA_CERTS)|VITEST|GRANTBOX_|npm_|INIT_CWD|FORCE_COLOR)/.test(name),
  )
  return { ...(Object.fromEntries(own) as Record<string, string>), npm_config_prefer_offline: 'true' }
}

/** Whether this machine has a program. */
export function commandExists(name: string): boolean {
  return spawnSync(name, ['--version'], { stdio: 'ignore' }).error === undefined
}
