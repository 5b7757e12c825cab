import type { Client } from '../oauth/model/records.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'

/** Rules whose hints about a client nobody wants to see, each with the reason. */
export type Silenced = Readonly<Record<string, string>>

/** The rule that a reason breaks; undefined when it is one. */
export function reasonProblem(reason: string): string | undefined {
  if (reason.trim() === '') return 'A reason is needed.'
  return /^[^\p{Cc}]{1,500}$/u.test(reason) ? undefined : 'A reason has at most 500 characters, and no control characters.'
}

interface Kept {
  /** When the client was made: a later one of its name is another. */
  created_at: number
  off: Silenced
}

/** Beside the client, whose metadata it may itself read and replace (RFC 7592 §2). */
const kept = ({ documents }: Pick<Sandbox, 'documents'>) => documents.kind<Kept>('silenced_hints')

/** What is silenced about a client. */
export function silencedOf({ client_id, app, created_at }: Client, sandbox: Pick<Sandbox, 'documents'>): Silenced {
  const its = kept(sandbox).get(client_id, { app })
  return its?.created_at === created_at ? its.off : {}
}

/** Silences hints about a client, each with the reason, and restores those whose reason is null. */
export function silence(
  client: Client,
  change: Readonly<Record<string, string | null | undefined>>,
  sandbox: Pick<Sandbox, 'documents'>,
): void {
  const { client_id, app, created_at } = client
  const off = Object.entries({ ...silencedOf(client, sandbox), ...change }).flatMap(([rule, reason]) =>
    typeof reason === 'string' ? [[rule, reason]] : [],
  )
  kept(sandbox).put(client_id, { created_at, off: Object.fromEntries(off) }, { app })
}
