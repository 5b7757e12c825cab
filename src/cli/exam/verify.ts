import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import * as z from 'zod/mini'
import { systemClock } from '../../basics/clock.ts'
import { ConfigError } from '../../config/error.ts'
import { type Flags, parseFlags } from '../../config/flags.ts'
import { type Checked, checkAttestation, dayOf } from '../../exam/attestation/verify.ts'
import type { CommandContext } from '../command.ts'

export const verifyFlags: Flags = {
  jwks: { value: 'URL|FILE', description: "the public keys of the sandbox that signed: its own, or …/exam/jwks of grantbox's API" },
  report: { value: 'FILE', description: 'the JSON report that it is about' },
}

export const verifyUsage = 'exam verify FILE --jwks URL|FILE [--report FILE]'

/** As an exam's: it holds, it does not, and it holds of another time. */
const codes = { yes: 0, no: 1, stale: 4 } as const

const keySet = z.object({ keys: z.array(z.record(z.string(), z.unknown())) })

const forms = {
  browser: "grantbox's own browser",
  driver: 'a driver of whoever wrote the client',
  by_hand: 'a person, by hand',
} as const

/** `grantbox exam verify`: whether an attestation holds, and what that means. @param argv behind `verify` */
export async function verify({ argv, cwd, stdout }: Pick<CommandContext, 'argv' | 'cwd' | 'stdout'>): Promise<number> {
  const [file, ...rest] = argv
  const { values, problems } = parseFlags(rest, verifyFlags)
  const jwks = values.get('jwks')
  if (file === undefined || file.startsWith('-') || jwks === undefined) {
    throw new ConfigError([{ where: 'grantbox exam verify', message: `expected: grantbox ${verifyUsage}` }, ...problems])
  }
  if (problems.length > 0) throw new ConfigError(problems)
  const read = (name: string, where: string) =>
    readFile(resolve(cwd, name), 'utf8').catch((error: Error) => {
      throw new ConfigError([{ where, message: error.message }])
    })
  const asked = /^https?:\/\//.test(jwks) ? fetched(jwks) : read(jwks, 'flag --jwks')
  const keys = keySet.safeParse(parsed(await asked))
  if (!keys.success) throw new ConfigError([{ where: 'flag --jwks', message: `expected a key set, {"keys": […]}, at ${jwks}` }])
  const report = values.get('report')
  const about = report === undefined ? undefined : (parsed(await read(report, 'flag --report')) ?? {})
  const checked = await checkAttestation(await read(file, 'grantbox exam verify'), keys.data.keys, systemClock.now(), about)
  stdout.write(`${worded(checked, about !== undefined).join('\n')}\n`)
  return codes[checked.holds]
}

/** More than a sandbox has of keys. */
const largest = 1024 * 1024

/** The keys say whose word counts: they come from where they were said to be, and from nowhere that it leads to. */
async function fetched(url: string): Promise<string> {
  try {
    const answer = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(10_000) })
    if (!answer.ok) throw new Error(`it answered ${answer.status}`)
    let text = ''
    for await (const piece of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += piece
      if (text.length > largest) throw new Error(`it has more than ${largest} bytes`)
    }
    return text
  } catch (error) {
    const { cause, message } = error as Error
    throw new ConfigError([{ where: 'flag --jwks', message: `${url}: ${cause instanceof Error ? cause.message : message}` }])
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function worded(checked: Checked, hasReport: boolean): string[] {
  if (checked.holds === 'no') return [`DOES NOT HOLD  ${checked.problem}`]
  const { attestation: said, kid, stale } = checked
  const { counts } = said
  const row = (name: string, text: string) => `  ${name.padEnd(14)}${text}`
  const ids = (name: string, its: readonly string[]) => (its.length === 0 ? [] : [row(name, its.join(', '))])
  const waived = Object.entries(said.waived).map(([id, reason]) => `${id} (${reason})`)
  const summary = `${counts.passed} passed, ${counts.failed} failed, ${counts.not_exercised} not exercised, ${counts.waived} waived`
  return [
    `${stale.length === 0 ? 'HOLDS' : 'HELD'}  Client ${said.sub} passed what must hold of profile ${said.profile.join(', ')} on ${dayOf(said.iat)}.`,
    ...stale,
    '',
    row('signed by', `${said.iss}, key ${kid}`),
    ...(said.vendor === undefined ? [] : [row('vendor', said.vendor)]),
    row('rules', `${said.rules_version}: ${summary}`),
    row('driven by', forms[said.form]),
    ...ids('failed', said.failed),
    ...ids('not exercised', said.not_exercised),
    ...ids('by silence', said.by_silence),
    ...ids('waived', waived),
    row(
      'report',
      hasReport ? 'the one that was given is the one that was signed' : `SHA-256 ${said.report_sha256}; --report FILE compares it`,
    ),
    '',
    'It proves that whoever has this key signed it, and that nothing of it was changed. It says what one exam saw on one day.',
    'It proves neither that the client is secure nor that it is still the same. Of a grantbox on its developer’s machine it is his own word: he has the key.',
  ]
}
