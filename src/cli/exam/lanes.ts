import { armedRules } from '../../exam/armed.ts'
import { merged } from '../../exam/merge.ts'
import { type Profile, profiles } from '../../exam/profiles.ts'
import { recovery } from '../../exam/recovery.ts'
import type { Report } from '../../exam/report.ts'
import type { Wanted } from '../../exam/run/options.ts'
import { planned } from '../../exam/run/plan.ts'
import { quickest } from '../../exam/run/quick.ts'
import type { Ability } from '../../exam/tasks.ts'
import type { SandboxInfo } from '../../library/sandbox.ts'
import type { Place } from './place.ts'

/**
 * Takes one exam in several sandboxes at once, each of which tries its share of the rules.
 * @param take takes a share of it in a sandbox
 */
export async function inLanes(
  { client, sandbox, another }: Place,
  shares: readonly (readonly string[])[],
  take: (sandbox: SandboxInfo, only: readonly string[]) => Promise<Report>,
): Promise<Report> {
  const names = shares.slice(1).map((_, index) => `${sandbox.name}-${index + 2}`)
  const made = await Promise.all(names.map(another))
  const ends = await Promise.allSettled(shares.map((only, index) => take(made[index - 1]?.sandbox ?? sandbox, only)))
  await Promise.all(made.map((one) => one.isNew && client.delete(`/sandboxes/${encodeURIComponent(one.sandbox.name)}`)))
  const [first, ...more] = ends.map((end) => {
    if (end.status === 'rejected') throw end.reason
    return end.value
  })
  if (first === undefined) throw new Error('an exam has a share at least')
  return merged([first, ...more])
}

/** The rules that are wanted in so many shares of about as many logins, each with what any exam shows. */
export function sharesOf({ only, quick, profiles: named }: Wanted, abilities: readonly Ability[], count: number): string[][] {
  const parts = planned(armedRules, named.length > 0 ? named : (Object.keys(profiles) as Profile[]), { only, quick, profiles: named })
  const all = parts.flatMap(({ rules }) => rules)
  const rules = quick ? quickest(all, new Set(abilities)) : all
  const total = rules.reduce((sum, { scenarios }) => sum + scenarios.length, 0)
  const shares = Array.from({ length: Math.max(1, Math.min(count, rules.length)) }, (): string[] => [])
  let done = 0
  for (const { id, scenarios } of rules) {
    shares[Math.floor((done * shares.length) / total)]?.push(id)
    done += scenarios.length
  }
  // What no armed rule of grantbox's stands behind: the rules of any traffic, and those of a vendor's own, which are tried once.
  const others =
    only.length === 0 ? ['any', recovery.id] : only.filter((one) => !armedRules.some(({ id, group }) => one === id || one === group))
  return shares.map((ids, index) => [...ids, ...others, ...(index === 0 && only.length === 0 ? ['vendor'] : [])])
}
