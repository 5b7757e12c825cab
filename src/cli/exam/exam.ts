/**
 * In this room: `grantbox exam`: what is asked of it, where it takes place, and who drives.
 * Elsewhere: the exam itself and grantbox's browser (`exam/`).
 */

import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { systemClock } from '../../basics/clock.ts'
import { given } from '../../basics/given.ts'
import { loadConfig } from '../../config/config.ts'
import { ConfigError } from '../../config/error.ts'
import { parseFlags } from '../../config/flags.ts'
import { Browser } from '../../exam/browser/browser.ts'
import type { Chromium } from '../../exam/browser/chromium-program.ts'
import { chromiumVariable, installedChromium } from '../../exam/browser/installed-chromium.ts'
import { abilitiesOf, type WebApp } from '../../exam/browser/web-app.ts'
import { examClient } from '../../exam/client.ts'
import type { Report } from '../../exam/report.ts'
import { formatted } from '../../exam/reports/formats.ts'
import { outcomeOf } from '../../exam/reports/outcome.ts'
import { textReport } from '../../exam/reports/text.ts'
import type { ControlClient } from '../../library/control-client.ts'
import { GrantboxError } from '../../library/error.ts'
import type { Begun } from '../../library/exam.ts'
import type { SandboxInfo } from '../../library/sandbox.ts'
import type { Command, CommandContext } from '../command.ts'
import { type Asked, examFlags, readAsked } from './asked.ts'
import { type Running, startCommand } from './child.ts'
import { driveApp, driveCommand, providerAt, redirectUriOf } from './drive.ts'
import { knownFailures } from './known.ts'
import { inLanes, sharesOf } from './lanes.ts'
import { findPlace } from './place.ts'
import { freeRedirectUri, untilReady } from './ready.ts'
import { verify, verifyUsage } from './verify.ts'

/** Wrong use, and an exam that says nothing, as the exit codes of an exam have it. */
const wrongUse = 3
const noVerdict = 2

/** What a command can tell. */
const commandAbilities = ['signed_in'] as const

/** `grantbox exam`: a client's exam, by grantbox's own browser or by a command that logs in. */
export const exam: Command = {
  flags: examFlags,
  usage: `exam URL [flags] [-- START COMMAND], exam [flags] -- COMMAND, or ${verifyUsage}`,
  async run(context) {
    try {
      const [first, ...rest] = context.argv
      if (first === 'verify') return await verify({ ...context, argv: rest })
      return await examine(context)
    } catch (error) {
      if (!(error instanceof Error)) throw error
      if (error.name === 'BrowserError') {
        context.stdout.write(`VOID  the app does not answer: ${error.message}.\nexit ${noVerdict}\n`)
        return noVerdict
      }
      if (!['ConfigError', 'GrantboxError'].includes(error.name)) throw error
      context.stderr.write(`${error.message}\n`)
      return wrongUse
    }
  },
}

async function examine(context: CommandContext): Promise<number> {
  const { argv, env, cwd, stdout } = context
  const at = argv.indexOf('--')
  const command = at < 0 ? undefined : argv.slice(at + 1)
  const own = at < 0 ? argv : argv.slice(0, at)
  const [first] = own
  const url = first !== undefined && !first.startsWith('-') ? first : undefined
  const flags = url === undefined ? own : own.slice(1)
  if (url === undefined && (command === undefined || command.length === 0)) {
    throw new ConfigError([{ where: 'grantbox exam', message: `expected: grantbox ${exam.usage}` }])
  }
  const config = await loadConfig({ argv: flags, env, cwd, commandFlags: examFlags })
  const asked = readAsked(url, parseFlags(flags, { ...examFlags }).values, config.exam)
  const known = await knownFailures(asked.known, cwd)
  // By the RFCs, unless somebody said whose dialect it is.
  const saysProvider = flags.some((flag) => flag.startsWith('--provider')) || Boolean(env.GRANTBOX_PROVIDER)
  const place = await findPlace(saysProvider ? config : { ...config, provider: 'standard' }, env.GRANTBOX_URL || undefined, asked.sandbox)
  try {
    const { client } = place
    const report =
      asked.parallel === 1
        ? await take(client, place.sandbox, asked, command, context)
        : await inLanes(place, sharesOf(asked, commandAbilities, asked.parallel), (sandbox, only) =>
            take(client, sandbox, { ...asked, only }, command, context),
          )
    const outcome = outcomeOf(report, { fail_on: asked.fail_on, require: asked.require, known }, systemClock.now())
    for (const [format, file] of asked.reports) await writeFile(resolve(cwd, file), formatted(format, report, outcome, asked.sarif_file))
    const again = (rule: string) =>
      ['grantbox exam', ...(url === undefined ? [] : [url]), `--only ${rule}`, ...(command === undefined ? [] : ['--', ...command])].join(
        ' ',
      )
    const isTerminal = 'isTTY' in stdout && stdout.isTTY === true && !env.NO_COLOR
    stdout.write(textReport(report, outcome, { verbose: asked.verbose, colours: isTerminal, again }))
    stdout.write(`exit ${outcome.code}\n`)
    return outcome.code
  } finally {
    await place.close()
  }
}

/** @throws ConfigError when there is none */
async function chromiumFor({ login }: WebApp, { hosts, issuer }: SandboxInfo, env: CommandContext['env']): Promise<Chromium> {
  const { startChromium } = await import('../../exam/browser/chromium-program.ts')
  const program = installedChromium(env)
  const wrong = (message: string) => new ConfigError([{ where: 'flag --browser', message }])
  if (program === undefined) {
    const named = env[chromiumVariable]
    const none = `there is no Chrome, Chromium or Edge on this machine: install one, or name its program in ${chromiumVariable}`
    throw wrong(named ? `${chromiumVariable} names ${named}, which is not there` : none)
  }
  return startChromium(program, [new URL(login).hostname, new URL(issuer).hostname, ...hosts], env).catch((error: Error) => {
    throw wrong(error.message)
  })
}

/** Begins the exam, has it driven, and ends it. */
async function take(
  client: ControlClient,
  sandbox: SandboxInfo,
  asked: Asked,
  command: readonly string[] | undefined,
  context: CommandContext,
): Promise<Report> {
  const path = `/sandboxes/${encodeURIComponent(sandbox.name)}`
  const provider = providerAt(client, sandbox)
  const registered = { client_id: asked.client ?? examClient.client_id, client_secret: asked.public ? null : examClient.client_secret }
  const said = asked.app === undefined && asked.redirect_uri === undefined ? await freeRedirectUri() : asked.redirect_uri
  const env = {
    ...context.env,
    GRANTBOX_URL: client.url,
    GRANTBOX_ISSUER: sandbox.issuer,
    GRANTBOX_CLIENT_ID: registered.client_id,
    GRANTBOX_CLIENT_SECRET: registered.client_secret ?? '',
    ...(said !== undefined && { GRANTBOX_REDIRECT_URI: said }),
  }
  const chromium = asked.app !== undefined && asked.browser ? await chromiumFor(asked.app, sandbox, context.env) : undefined
  const open = () => chromium?.open(provider) ?? new Browser(provider)
  let app: Running | undefined
  try {
    if (asked.app !== undefined && command !== undefined && command.length > 0) {
      app = startCommand(command, env, context, !asked.verbose)
      await untilReady(asked.ready ?? asked.app.login, app)
    }
    const redirect_uri = said ?? (asked.app && asked.client === undefined ? await redirectUriOf(asked.app, open) : undefined)
    if (redirect_uri === undefined && asked.client === undefined) {
      throw new ConfigError([
        {
          where: 'grantbox exam',
          message: `${asked.app?.login} leads to no sign-in at ${sandbox.authorization_endpoint}: configure the app for ${sandbox.issuer}, or say --redirect-uri`,
        },
      ])
    }
    const begun = await client.post<Begun>(`${path}/exam`, {
      ...registered,
      redirect_uri,
      ...given({ post_logout_redirect_uri: asked.post_logout_redirect_uri, backchannel_logout_uri: asked.backchannel_logout_uri }),
      signals: asked.app === undefined ? commandAbilities : abilitiesOf(asked.app, asked.browser),
      quick: asked.quick,
      waive: asked.waive,
      ...(asked.patience !== undefined && { patience: asked.patience }),
      ...(asked.profiles.length > 0 && { profile: asked.profiles }),
      ...(asked.only.length > 0 && { only: asked.only }),
      ...given({ rules_version: asked.rules_version }),
    })
    try {
      if (asked.app !== undefined) await driveApp(client, path, asked.app, open, begun)
      else
        await driveCommand(
          client,
          path,
          command ?? [],
          { ...env, GRANTBOX_CLIENT_SECRET: begun.client.client_secret ?? '' },
          context.cwd,
          !asked.verbose,
        )
      await writeShown(client, path, asked.shown, context)
      return await client.get<Report>(`${path}/exam`)
    } finally {
      await client.delete(`${path}/exam`)
    }
  } finally {
    await app?.end()
    await chromium?.end()
  }
}

/** Writes what others can check of an exam that was passed; of one that was not, it says why there is nothing. */
async function writeShown(client: ControlClient, path: string, shown: Asked['shown'], { cwd, stderr }: CommandContext): Promise<void> {
  for (const [what, file] of shown) {
    try {
      await writeFile(resolve(cwd, file), await (await client.open(`${path}/exam/${what}`, {}, {}, undefined)).text())
    } catch (error) {
      if (!(error instanceof GrantboxError)) throw error
      stderr.write(`${file} was not written. ${error.message}\n`)
    }
  }
}
