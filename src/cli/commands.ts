/**
 * In this room: the command line, one file for each command and its line in the list below.
 * Elsewhere: what a command does, which is in `start/` or asked of a running grantbox by way of `control.ts`.
 */

import { ConfigError } from '../config/error.ts'
import { unknown } from '../config/flags.ts'
import type { CommandEntry } from './command.ts'
import { start } from './start.ts'

/** Every command. Each is loaded alone but `start`, which most ask for; the server is loaded by those that start one, so that a health check does not pay for it. */
export const commands = {
  start: { summary: 'start grantbox (also when no command is given)', load: async () => start },
  run: {
    summary: 'start one in memory for as long as a command runs, and lead that to it: run -- npm test',
    load: async () => (await import('./run.ts')).run,
  },
  exam: {
    summary: 'examine a client: grantbox logs in at your app and tries what it bears: exam http://localhost:3000/login',
    load: async () => (await import('./exam/exam.ts')).exam,
  },
  init: {
    summary: 'write a commented config, a compose service and an example test into a project: init --provider NAME',
    load: async () => (await import('./init/init.ts')).init,
  },
  providers: {
    summary: 'print the vendors and where each is reached; of those that are named, clients and users: providers NAME',
    load: async () => (await import('./providers.ts')).providers,
  },
  env: {
    summary: 'print the variables that lead programs to a running grantbox: eval "$(grantbox env)"',
    load: async () => (await import('./env.ts')).env,
  },
  token: { summary: 'mint tokens without a flow and print the access token', load: async () => (await import('./token.ts')).token },
  secret: {
    summary: 'make a client secret, for vendors whose clients make theirs of a key, and print it',
    load: async () => (await import('./secret.ts')).secret,
  },
  users: { summary: 'generate users and print how they sign in: users generate', load: async () => (await import('./users.ts')).users },
  postman: {
    summary: 'write a collection and an environment that Postman imports',
    load: async () => (await import('./postman.ts')).postman,
  },
  reset: { summary: 'bring a sandbox back to its preloaded state', load: async () => (await import('./reset.ts')).reset },
  import: {
    summary: "read another server's file: clients and users of a mock, the export of a realm, discovery: import FILE",
    load: async () => (await import('./import.ts')).importCommand,
  },
  ca: { summary: 'print where the certificate authority lies, to trust https', load: async () => (await import('./ca.ts')).ca },
  provider: {
    summary: 'print what import FILE --out writes, as a provider of a discovery document: provider import FILE',
    load: async () => (await import('./provider.ts')).provider,
  },
  schema: { summary: 'print the JSON Schema of the config file', load: async () => (await import('./schema.ts')).schema },
  doctor: {
    summary: 'say what is here, which names lead here, who trusts the authority, and what to do about what is wrong',
    load: async () => (await import('./doctor/doctor.ts')).doctor,
  },
  health: { summary: 'ask a running grantbox how it is: exit code 0 or 1', load: async () => (await import('./health.ts')).health },
} as const satisfies Record<string, CommandEntry>

/** @throws ConfigError when no command is called so, saying which one was probably meant. */
export function findCommand(name: string): CommandEntry {
  const entry = Object.entries(commands).find(([known]) => known === name)?.[1]
  if (entry === undefined) {
    throw new ConfigError([{ where: `grantbox ${name}`, message: unknown('command', name, [...Object.keys(commands), 'help']) }])
  }
  return entry
}
