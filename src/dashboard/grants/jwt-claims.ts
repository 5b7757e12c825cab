import { namesOneOf } from '../../oauth/jose/check.ts'
import type { DashboardDeps } from '../deps.ts'
import { basePath } from '../frame/frame.ts'
import type { Visit } from '../frame/visit.ts'
import { agoInWords, durationInWords } from '../frame/words.ts'
import type { Finding } from './finding.ts'

type Claims = Readonly<Record<string, unknown>>

/** What its issuer says of a JWT. @param isOurs whether a key of this sandbox signed it */
export function issuerFinding(iss: unknown, isOurs: boolean, { sandbox, addresses, root }: Visit, { sandboxes }: DashboardDeps): Finding[] {
  if (iss === addresses.issuer) return [{ look: 'good', text: 'It comes from this sandbox, as one reaches it from here' }]
  if (typeof iss !== 'string') return isOurs ? [] : [{ look: 'bad', text: 'It does not say who issued it (iss)' }]
  if (isOurs) {
    // A vendor may have several issuers, and some that are no addresses.
    const isHere = !URL.canParse(iss) || new URL(iss).origin === new URL(addresses.issuer).origin
    if (isHere) return [{ look: 'good', text: `It comes from this sandbox, by its issuer ${iss}` }]
    const mend = 'A client compares it with the address by which it found the sandbox: both have to be the same, to the letter.'
    return [{ look: 'warn', text: `Its issuer is ${iss}; from here this sandbox calls itself ${addresses.issuer}`, mend }]
  }
  const other = URL.canParse(iss) ? sandboxAt(new URL(iss), { sandboxes }) : undefined
  if (other === undefined || other === sandbox.name) {
    return [
      { look: 'bad', text: `Another issuer: ${iss}`, mend: `This sandbox is ${addresses.issuer}; your app takes tokens from there alone.` },
    ]
  }
  const mend = `Read it there: ${other}.`
  return [{ look: 'bad', text: `Another issuer: ${iss}, the sandbox ${other}`, mend, href: `${basePath(other, root)}/tokens` }]
}

/** The name of the sandbox that an issuer's address leads to. */
function sandboxAt({ hostname, pathname }: URL, { sandboxes }: Pick<DashboardDeps, 'sandboxes'>): string | undefined {
  return sandboxes.namedByHost(hostname) ?? sandboxes.named(pathname.split('/')[1] ?? '')
}

/** Whether the time of a claim is over. */
export function isPast(exp: unknown, now: number): boolean {
  return typeof exp === 'number' && exp * 1000 <= now
}

/** What the times of a JWT say now. @param lasts whether it may hold for ever, as some refresh tokens do */
export function timeFindings({ exp, nbf, iat }: Claims, now: number, lasts: boolean): Finding[] {
  const ago = (seconds: number) => agoInWords(seconds * 1000, now)
  const findings: Finding[] = []
  if (typeof exp !== 'number') {
    findings.push(
      lasts ? { look: 'good', text: 'It does not expire' } : { look: 'warn', text: 'It does not say until when it holds (exp)' },
    )
  } else if (isPast(exp, now)) {
    const text = `It expired ${ago(exp)}, by the sandbox’s clock`
    findings.push({ look: 'bad', text, mend: 'Refresh it or sign in again, or put the clock back.' })
  } else findings.push({ look: 'good', text: `It expires ${ago(exp)}` })
  if (typeof nbf === 'number' && nbf * 1000 > now) {
    const text = `It does not hold yet, but ${ago(nbf)} (nbf)`
    findings.push({ look: 'bad', text, mend: 'Wait, or put the clock forward.' })
  }
  if (typeof iat === 'number' && iat * 1000 > now + 1000) {
    const text = `It says that it was issued in the future: ${durationInWords(iat * 1000 - now)} from now`
    findings.push({ look: 'warn', text, mend: 'The sandbox’s clock was put back since then.' })
  }
  return findings
}

/** Whether a JWT is for whom it should be. */
export function audienceFinding({ aud }: Claims, audience: string, kind: string, { sandbox }: Visit): Finding[] {
  const names = [aud].flat().filter((one) => typeof one === 'string')
  const whom = names.length === 0 ? 'nobody in particular (no aud)' : names.join(', ')
  if (audience !== '') {
    if (namesOneOf(aud, [audience])) return [{ look: 'good', text: `It is for ${audience}` }]
    const mend = 'Ask for it with audience or resource, or set the audience that your API expects.'
    return [{ look: 'bad', text: `Another audience: it is for ${whom}, and not for ${audience}`, mend }]
  }
  if (kind !== 'ID token' || names.some((name) => sandbox.store.findClient(name) !== undefined)) return []
  const mend = 'The client was deleted, or the token is of another sandbox.'
  return [{ look: 'bad', text: `It is for ${whom}, and no client here has that ID`, mend }]
}
