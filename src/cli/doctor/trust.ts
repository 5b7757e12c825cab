import { execFile, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { systemClock } from '../../basics/clock.ts'
import type { Config } from '../../config/config.ts'
import { installedChromium } from '../../exam/browser/installed-chromium.ts'
import { createCertificates } from '../../http/certificates/certificates.ts'
import type { CommandContext } from '../command.ts'
import type { Finding } from './finding.ts'
import type { Running } from './running.ts'

/** What the trial answers. */
const mark = 'grantbox-doctor-trial'

/** How long a program may take to ask, milliseconds: a browser on a busy machine is slow. */
const patience = 20_000

/** How somebody who trusts nothing here is made to. */
const mends = {
  curl: (path: string) => `export CURL_CA_BUNDLE="$(grantbox ca --bundle)", or once: curl --cacert ${path}`,
  node: (path: string) => `export NODE_EXTRA_CA_CERTS=${path}, before Node.js starts`,
  browser: (path: string) => `Import ${path} among the browser's certificate authorities, or use http://, which needs none.`,
}

/** Whether programs on this machine trust what grantbox's authority signs, by letting each ask a server with such a certificate. */
export async function trust({ data }: Config, running: Running | undefined, { env }: CommandContext): Promise<Finding[]> {
  const certificates = createCertificates({ dataDir: data, clock: systemClock })
  const { caPath = '' } = certificates
  if (!existsSync(caPath)) {
    const mend = 'grantbox ca makes it and prints where it lies; so does the first start. http:// needs none.'
    return [{ topic: 'authority', state: 'note', said: `there is no certificate authority in ${data} yet`, mend }]
  }
  if (running !== undefined && running.authority.trim() !== readFileSync(caPath, 'utf8').trim()) {
    const mend = 'Give this command the --data of the grantbox that runs; what follows is of the one here.'
    return [{ topic: 'authority', state: 'note', said: `the grantbox that answers has another authority than ${caPath}`, mend }]
  }
  const context = await certificates.secureContext('localhost')
  const server = createServer({ SNICallback: (_name, done) => done(null, context) }, (_request, response) => response.end(mark))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `https://localhost:${(server.address() as AddressInfo).port}/`
  try {
    const programs = await Promise.all([byCurl(url, caPath, env), byNode(url, caPath, env)])
    return [{ topic: 'authority', state: 'ok', said: caPath }, ...programs, await byBrowser(url, caPath, env, server)]
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

type Variables = CommandContext['env']

async function byCurl(url: string, path: string, env: Variables): Promise<Finding> {
  const topic = 'https by curl'
  const { code, stdout } = await asked('curl', ['--silent', '--noproxy', '*', '--max-time', '10', url], env)
  if (code === 'ENOENT') return { topic, state: 'note', said: 'there is no curl here' }
  if (stdout === mark) return { topic, state: 'ok', said: 'trusts the authority' }
  return { topic, state: 'note', said: `does not trust the authority (exit code ${code})`, mend: mends.curl(path) }
}

async function byNode(url: string, path: string, env: Variables): Promise<Finding> {
  const topic = 'https by Node.js'
  const source = `require('node:https').get(${JSON.stringify(url)}, { agent: false }, (answer) => answer.pipe(process.stdout)).on('error', (error) => { process.stdout.write(error.code ?? error.message); process.exit(1) })`
  const { stdout } = await asked(process.execPath, ['--eval', source], env)
  if (stdout === mark) return { topic, state: 'ok', said: 'trusts the authority' }
  return { topic, state: 'note', said: `does not trust the authority (${stdout})`, mend: mends.node(path) }
}

/** A browser asks only whom it trusts, and may show what it got for ever: the server says how it went. */
async function byBrowser(url: string, path: string, env: Variables, server: Server): Promise<Finding> {
  const topic = 'https by browser'
  const browser = installedChromium(env)
  if (browser === undefined)
    return { topic, state: 'note', said: 'there is no Chrome, Chromium or Edge here to ask; others have lists of their own' }
  const profile = await mkdtemp(join(tmpdir(), 'grantbox-doctor-'))
  // It does not run as root in its own cage; all that it opens is the trial.
  const caged = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const flags = ['--headless', '--disable-gpu', '--no-first-run', '--no-proxy-server', `--user-data-dir=${profile}`, ...caged]
  const child = spawn(browser, [...flags, url], { env: { ...env }, stdio: 'ignore' })
  const ended = new Promise<undefined>((resolve) => child.once('close', () => resolve(undefined)).once('error', () => resolve(undefined)))
  const trusts = await Promise.race([
    new Promise<true>((resolve) => server.once('request', () => resolve(true))),
    new Promise<false>((resolve) => server.once('tlsClientError', () => resolve(false))),
    ended,
    setTimeout(patience, undefined, { ref: false }),
  ])
  child.kill('SIGKILL')
  await ended
  await rm(profile, { recursive: true, force: true, maxRetries: 3, retryDelay: 100 })
  if (trusts === undefined) return { topic, state: 'note', said: `${browser} did not come to the trial, so that nothing is known of it` }
  if (trusts) return { topic, state: 'ok', said: `${browser} trusts the authority` }
  return { topic, state: 'note', said: `${browser} does not trust the authority`, mend: mends.browser(path) }
}

function asked(program: string, argv: readonly string[], env: Variables): Promise<{ code: string | number; stdout: string }> {
  return new Promise((resolve) => {
    execFile(program, argv, { env: { ...env }, timeout: patience, encoding: 'utf8' }, (error, stdout) =>
      resolve({ code: error?.code ?? 0, stdout }),
    )
  })
}
