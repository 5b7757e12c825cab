import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { afterAll, onTestFinished } from 'vitest'
import type { TestServer } from '../test/support/server.ts'
import { throughSignIn } from '../test/support/through-sign-in.ts'

type Command = readonly [string, ...string[]]

/** A client in another language: a program, and what it needs. All commands are run in its folder. */
export interface ForeignJudge {
  folder: string
  /** Succeeds where the language's tools are, and says on its last line of errors what is missing elsewhere. */
  toolchain: Command
  install: readonly Command[]
  /** What an installer prints that cannot reach its registry. */
  unreachable: RegExp
  /** The program; the trial's name follows as its last argument. */
  program: Command
}

/** A program `trials.py` in Python, with the packages that `requirements.txt` beside it pins by their hashes. */
export function inPython(folder: string): ForeignJudge {
  return {
    folder,
    toolchain: ['python3', '-c', 'import sys, venv, ensurepip; assert sys.version_info >= (3, 11), "Python 3.11 or later is needed"'],
    install: [
      ['python3', '-m', 'venv', '.venv'],
      [
        ...(['.venv/bin/pip', 'install', '--disable-pip-version-check', '--retries=1', '--timeout=15'] as const),
        ...['--require-hashes', '--only-binary=:all:', '--requirement=requirements.txt'],
      ],
    ],
    unreachable: /after connection broken by/,
    program: ['.venv/bin/python', 'trials.py'],
  }
}

/** A program in Go, as the `go.mod` beside it says. */
export function inGo(folder: string): ForeignJudge {
  return {
    folder,
    toolchain: ['go', 'version'],
    install: [['go', 'build', '-o', '.bin/trials', '.']],
    unreachable: /dial tcp|no such host|Forbidden|toolchain not available/,
    program: ['.bin/trials'],
  }
}

/** A program `Trials.java`, with the packages of the `pom.xml` beside it. */
export function inJava(folder: string): ForeignJudge {
  return {
    folder,
    toolchain: [
      'sh',
      '-c',
      'mvn -v >/dev/null && java -version 2>&1 | grep -qE "version \\"(1[7-9]|[2-9][0-9])" || { echo "Maven and Java 17 or later are needed" >&2; exit 1; }',
    ],
    install: [['mvn', '-q', '-B', 'dependency:copy-dependencies', '-DoutputDirectory=lib']],
    unreachable: /Could not transfer artifact|Unknown host|Connection refused/,
    program: ['java', '-cp', 'lib/*', 'Trials.java'],
  }
}

/** A folder that is there until the file's tests are done. */
async function folderForFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'grantbox-'))
  afterAll(() => rm(folder, { recursive: true }))
  return folder
}

/** The variables that lead a program to a server in the place of vendors' hosts, as `grantbox run` does, and have it trust the server. */
export async function ledTo({ url, ca }: TestServer) {
  const pem = join(await folderForFile(), 'ca.pem')
  await writeFile(pem, await ca())
  const trust = { REQUESTS_CA_BUNDLE: pem, SSL_CERT_FILE: pem, NO_PROXY: 'localhost,127.0.0.1' }
  return { trust, all: { ...trust, HTTPS_PROXY: url, https_proxy: url } }
}

/** The same for Java, which has a store of authorities of its own; for machines that have Java. */
export async function javaLedTo({ url, ca }: TestServer): Promise<{ JAVA_TOOL_OPTIONS: string }> {
  const folder = await folderForFile()
  const [pem, store] = [join(folder, 'ca.pem'), join(folder, 'ca.p12')]
  await writeFile(pem, await ca())
  const kept = ['-keystore', store, '-storetype', 'PKCS12', '-storepass', 'changeit']
  await promisify(execFile)('keytool', ['-importcert', '-noprompt', '-alias', 'grantbox', '-file', pem, ...kept])
  const trust = [`-Djavax.net.ssl.trustStore=${store}`, '-Djavax.net.ssl.trustStorePassword=changeit']
  return { JAVA_TOOL_OPTIONS: ['-Dhttps.proxyHost=localhost', `-Dhttps.proxyPort=${new URL(url).port}`, ...trust].join(' ') }
}

/** What a command printed when it failed; undefined when it succeeded. */
async function failureOf([command, ...args]: Command, cwd: string): Promise<string | undefined> {
  try {
    await promisify(execFile)(command, args, { cwd, timeout: 180_000 })
    return undefined
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return 'stderr' in error && error.stderr !== '' ? String(error.stderr).trim() : error.message
  }
}

/**
 * Installs what a judge needs.
 * @returns why this machine cannot have it; undefined when it is ready
 * @throws Error when a command fails for a reason that is not the machine's
 */
export async function prepare({ folder, toolchain, install, unreachable }: ForeignJudge): Promise<string | undefined> {
  const missing = await failureOf(toolchain, folder)
  if (missing !== undefined) return `${toolchain[0]} is not enough: ${missing.split('\n').at(-1)}`
  for (const command of install) {
    const failure = await failureOf(command, folder)
    if (failure === undefined) continue
    if (unreachable.test(failure)) return `${command[0]} cannot reach its registry`
    throw new Error(`${command.join(' ')}: ${failure}`)
  }
  return undefined
}

/**
 * Runs a trial, with a user: each line that the program prints is an address that it wants opened, and it reads a line that says where the
 * user's browser came back.
 * @returns what the program exited with, and what it printed as errors
 */
export async function tryOut(
  judge: ForeignJudge,
  trial: string,
  env: Record<string, string>,
  open: (address: string) => Promise<URL> = throughSignIn,
): Promise<{ code: unknown; errors: string }> {
  const [command, ...args] = judge.program
  const child = spawn(command, [...args, trial], { cwd: judge.folder, env: { ...process.env, ...env } })
  onTestFinished(() => {
    child.kill()
  })
  const closed = once(child, 'close')
  let errors = ''
  child.stderr.on('data', (data) => {
    errors += data
  })
  for await (const address of createInterface(child.stdout)) child.stdin.write(`${(await open(address)).href}\n`)
  const [code] = await closed
  return { code, errors }
}
