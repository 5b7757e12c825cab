/**
 * In this room: what a vendor is shown of an exam that was passed: a signed word about it, a picture, and whether such a word holds.
 * Elsewhere: the report that it is about (`../report.ts`), and keys (`oauth/jose/`).
 */

import { createHash } from 'node:crypto'
import type { KeyAlg } from '../../oauth/jose/jws.ts'
import { signJwt } from '../../oauth/jose/jwt.ts'
import type { KeyRing } from '../../oauth/jose/keys.ts'
import type { Profile } from '../profiles.ts'
import type { Unexercised } from '../proof.ts'
import type { Counts, Report, RuleReport } from '../report.ts'
import type { ExamOptions } from '../run/options.ts'

/** The media type that an attestation says of itself in its header. */
export const attestationType = 'grantbox-exam+jwt'

/** How long somebody may rely on it; seconds. */
const life = 90 * 24 * 3600

/** Who did the client's part: grantbox's browser, a driver of somebody's, a person. */
export const forms = ['browser', 'driver', 'by_hand'] as const

/** What is signed: what an exam found, and what it did not look at. */
export interface Attestation {
  /** Of the sandbox whose key signed. */
  readonly iss: string
  /** The client. */
  readonly sub: string
  /** When the exam began, by the machine's clock; seconds. */
  readonly iat: number
  readonly exp: number
  readonly profile: readonly Profile[]
  readonly vendor?: string
  readonly rules_version: string
  readonly form: (typeof forms)[number]
  readonly counts: Counts
  readonly failed: readonly string[]
  readonly not_exercised: readonly string[]
  readonly by_silence: readonly string[]
  readonly waived: Readonly<Record<string, string>>
  /** Of the JSON report, its members in alphabetical order. */
  readonly report_sha256: string
}

/** An exam of which somebody wants an attestation. */
export interface Examined {
  readonly report: Report
  readonly options: Pick<ExamOptions, 'only' | 'quick' | 'abilities' | 'by_hand'>
  /** What its vendor holds against nobody. */
  readonly waivedByVendor: readonly string[]
}

/** Why what must hold need not be exercised: it is not about this client, or what the client may do keeps it from being seen. It is named all the same. */
const excused: readonly (string | undefined)[] = ['unused', 'preempted'] satisfies Unexercised[]

/** Why there is no attestation of an exam; empty when there is one. */
export function lackingFor({ report: { exam, rules }, options, waivedByVendor }: Examined): string[] {
  if (exam.state === 'running') return ['the exam goes on']
  if (exam.void !== undefined) return [`the exam is void: ${exam.void}`]
  if (options.only.length > 0 || options.quick) return ['a part of the rules was asked for alone']
  const musts = rules.filter(({ level }) => level === 'must')
  const lacks = (what: string, is: (rule: RuleReport) => boolean) => {
    const its = musts
      .filter(is)
      .map(({ id, verdict, message }) => (verdict === 'not_exercised' ? `${id} (${message.replace(/\.$/, '')})` : id))
    return its.length === 0 ? [] : [`${what}: ${its.join(', ')}`]
  }
  const lacking = [
    ...lacks('failed', ({ verdict }) => verdict === 'failed'),
    ...lacks('passed by silence alone', ({ verdict, proof }) => verdict === 'passed' && proof === 'silence'),
    ...lacks('not exercised', ({ verdict, reason }) => verdict === 'not_exercised' && !excused.includes(reason)),
    ...lacks('waived by whoever began the exam', ({ id, verdict }) => verdict === 'waived' && !waivedByVendor.includes(id)),
  ]
  const isEmpty = lacking.length === 0 && !musts.some(({ verdict }) => verdict === 'passed')
  return isEmpty ? ['nothing that must hold was exercised'] : lacking
}

/** What an attestation says of an exam. @param iss the issuer of the sandbox */
export function attestationOf({ report, options }: Examined, iss: string): Attestation {
  const { exam, rules, counts } = report
  const ids = (is: (rule: RuleReport) => boolean) => rules.filter(is).map(({ id }) => id)
  const iat = Math.floor(Date.parse(exam.started) / 1000)
  return {
    iss,
    sub: exam.client_id,
    iat,
    exp: iat + life,
    profile: exam.profile,
    ...(exam.vendor !== undefined && { vendor: exam.vendor }),
    rules_version: exam.rules_version,
    form: options.by_hand === true ? 'by_hand' : options.abilities.includes('browser') ? 'browser' : 'driver',
    counts,
    failed: ids(({ verdict }) => verdict === 'failed'),
    not_exercised: ids(({ verdict }) => verdict === 'not_exercised'),
    by_silence: ids(({ verdict, proof }) => verdict === 'passed' && proof === 'silence'),
    waived: Object.fromEntries(rules.flatMap(({ id, verdict, reason = '' }) => (verdict === 'waived' ? [[id, reason]] : []))),
    report_sha256: digestOf(report),
  }
}

/** Signed by the sandbox, whose vendor may have no keys that anybody could check by. */
export async function signedAttestation(attestation: Attestation, ring: KeyRing, algs: readonly KeyAlg[]): Promise<string> {
  const { kid, alg, key } = await ring.signing(algs[0] ?? 'ES256')
  return signJwt(attestation, { kid, alg, key }, attestationType)
}

/** The digest of a report, however it was spaced and its members ordered. */
export function digestOf(report: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(ordered(report)))
    .digest('base64url')
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, member]) => [name, ordered(member)]))
}
