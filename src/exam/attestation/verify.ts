import * as z from 'zod/mini'
import { readJwt } from '../../oauth/jose/check.ts'
import { fitsAlg, type Jwk, signatureProblem } from '../../oauth/jose/verification.ts'
import { rulesVersion } from '../versions.ts'
import { attestationType, digestOf, forms } from './attestation.ts'

/** What came of looking at an attestation. `stale` holds too, but for a day or rules that are over. */
export type Checked =
  | { readonly holds: 'no'; readonly problem: string }
  | { readonly holds: 'yes' | 'stale'; readonly attestation: Read; readonly kid: string; readonly stale: readonly string[] }

const list = z.array(z.string())
const number = z.number()

/** What it has to say, whoever signed it. */
const form = z.object({
  iss: z.string(),
  sub: z.string(),
  iat: number,
  exp: number,
  profile: list,
  vendor: z.optional(z.string()),
  rules_version: z.string(),
  form: z.enum(forms),
  counts: z.object({ passed: number, failed: number, not_exercised: number, waived: number }),
  failed: list,
  not_exercised: list,
  by_silence: list,
  waived: z.record(z.string(), z.string()),
  report_sha256: z.string(),
})

/** An attestation that was read. */
type Read = z.infer<typeof form>

/**
 * Whether an attestation holds.
 * @param keys of the sandbox that is said to have signed it
 * @param now milliseconds by the machine's clock
 * @param report the JSON report that it is said to be about, if somebody has one
 */
export async function checkAttestation(text: string, keys: readonly Jwk[], now: number, report?: unknown): Promise<Checked> {
  const read = readJwt(text.trim())
  if (read?.header.typ !== attestationType) return { holds: 'no', problem: 'This is no attestation of an exam.' }
  const { kid, alg } = read.header
  const key = keys.find((one) => one.kid === kid && fitsAlg(one, String(alg)))
  if (key === undefined) {
    return {
      holds: 'no',
      problem: `Another key signed it: ${JSON.stringify(kid)} with ${JSON.stringify(alg)} is not among the keys that were given.`,
    }
  }
  if ((await signatureProblem(text.trim(), key, String(alg))) !== undefined) {
    return { holds: 'no', problem: `It is forged, or was changed: the signature is not of key ${JSON.stringify(kid)}.` }
  }
  const { data: attestation } = form.safeParse(read.claims)
  if (attestation === undefined) return { holds: 'no', problem: 'This is no attestation of an exam.' }
  if (report !== undefined && digestOf(report) !== attestation.report_sha256) {
    return { holds: 'no', problem: 'It is about another report than the one that was given.' }
  }
  const stale = [
    ...(attestation.exp * 1000 <= now ? [`It expired on ${dayOf(attestation.exp)}: the client may have changed since.`] : []),
    ...(attestation.rules_version === rulesVersion
      ? []
      : [
          `Its rules are those of ${attestation.rules_version}, and this grantbox has ${rulesVersion}: what these ask beyond is not known.`,
        ]),
  ]
  return { holds: stale.length === 0 ? 'yes' : 'stale', attestation, kid: String(kid), stale }
}

/** A day, of seconds. */
export function dayOf(time: number): string {
  return new Date(time * 1000).toISOString().slice(0, 10)
}
