import { z } from 'zod'
import { given } from '../../basics/given.ts'
import { examClient } from '../../exam/client.ts'
import { type Profile, profiles } from '../../exam/profiles.ts'
import type { ExamOptions, ExamWorld } from '../../exam/run/options.ts'
import { abilities } from '../../exam/tasks.ts'
import { rulesVersions } from '../../exam/versions.ts'
import { duration } from '../../sandbox/duration.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import type { ControlDeps } from '../deps.ts'

const profileName = z.enum(Object.keys(profiles) as [Profile])

/** What an exam is begun with. */
export const examDraft = z.strictObject({
  profile: z.array(profileName).optional().describe('What the client is; guessed from what it asks when absent.'),
  only: z.array(z.string()).optional().describe('These rules or groups alone.'),
  quick: z.boolean().optional().describe('What goes wrong most often and costs most, by 18 logins.'),
  signals: z
    .array(z.enum(abilities))
    .optional()
    .describe(
      'What the driver can do beside logging in: `signed_in` and `user` say what it can tell, the others what it can be asked for.',
    ),
  waive: z.record(z.string(), z.string().min(1)).optional().describe('Rules that are not held against the client, each with the reason.'),
  patience: duration
    .default(45_000)
    .describe('How long an answer is held back at most, to see whether the client gives up waiting; less weighs less.'),
  client_id: z.string().optional().describe('A client that is there, or one that is made for the exam; `exam` when absent.'),
  client_secret: z.string().nullable().optional().describe('Of one that is made; null for a public client.'),
  redirect_uri: z.string().optional().describe('Of one that is made.'),
  post_logout_redirect_uri: z.string().optional().describe('Where the users of one that is made come back from signing out.'),
  backchannel_logout_uri: z.string().optional().describe('Where one that is made is told that its user signed out.'),
  rules_version: z.enum(rulesVersions).optional().describe('The rules as they were in this version; the newest when absent.'),
  username: z.string().optional().describe("Who logs in; the sandbox's first user when absent."),
})

/** What it means, with all that was left out. */
export function examOptions(draft: z.output<typeof examDraft>): ExamOptions {
  const {
    profile = [],
    only = [],
    quick = false,
    signals = [],
    waive = {},
    client_id = examClient.client_id,
    username,
    rules_version,
    patience: patience_ms,
    redirect_uri,
    post_logout_redirect_uri,
    backchannel_logout_uri,
  } = draft
  const { client_secret = examClient.client_secret } = draft
  const its = { client_id, client_secret, redirect_uri, post_logout_redirect_uri, backchannel_logout_uri, username }
  return { profiles: profile, patience_ms, only, quick, abilities: signals, waive, ...given({ rules_version }), ...its }
}

/** A sandbox as the place of an exam. */
export function examWorld(sandbox: Sandbox, { sandboxes, stopping }: Pick<ControlDeps, 'sandboxes' | 'stopping'>): ExamWorld {
  return {
    stopping,
    find: () => sandboxes.find(sandbox.name) ?? sandbox,
    layOver: (settings) => sandboxes.layOver(sandbox, settings),
  }
}
