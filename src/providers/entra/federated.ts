import { seconds } from '../../basics/clock.ts'
import { readDocument } from '../../oauth/clients/documents.ts'
import { boundsProblem, type Keys, type ReadJwt, shown, signerProblem } from '../../oauth/jose/check.ts'
import type { Client } from '../../oauth/model/records.ts'
import type { Context } from '../../oauth/realm/context.ts'
import { refuse } from './errors.ts'
import { manifestOf } from './settings.ts'

/** Seconds by which clocks may differ. */
const leeway = 300

/**
 * Holds an assertion of somebody else's, as of a build or a cluster, to the federated credentials of an application: issuer, subject and
 * audience to the letter, and signed with the issuer's keys.
 */
export async function checkFederated(jwt: ReadJwt, client: Client, context: Context): Promise<void> {
  const { iss, sub, aud } = jwt.claims
  const { federatedIdentityCredentials: known = [] } = manifestOf(client, context.realm.settings)
  const fits = known.some(
    ({ issuer, subject, audiences }) => issuer === iss && subject === sub && [aud].flat().some((one) => audiences.includes(String(one))),
  )
  if (!fits) {
    const why = ` Assertion Issuer: '${iss}'. Assertion Subject: '${sub}'. Assertion Audience: '${[aud].flat().join(', ')}'.`
    const list = known.map(({ issuer, subject, audiences }) => `${issuer} ${subject} ${audiences.join(', ')}`).join('; ')
    const explanation = `Client '${client.client_id}' has these federated credentials (setting manifests): ${list || 'none'}`
    throw refuse(70021, `The assertion's iss is ${shown(iss)}, its sub ${shown(sub)}, its aud ${shown(aud)}. ${explanation}`, { why })
  }
  const signer = { name: `issuer '${iss}'`, algs: ['RS256'], keys: () => keysOf(String(iss), context) }
  const unsigned = await signerProblem(jwt, signer, 'The assertion')
  if (unsigned !== undefined) throw refuse(700027, unsigned)
  const bounds = { now: seconds(context.realm.clock.now()), needed: ['exp'] as const, early: leeway, late: leeway, rule: 'RFC 7523 §3' }
  const stale = boundsProblem(jwt, bounds, 'The assertion')
  if (stale !== undefined) throw refuse(700024, stale.problem)
}

/** The keys of an issuer that the sandbox trusts, or those behind its discovery document. */
async function keysOf(issuer: string, { realm: { settings } }: Context): Promise<Keys> {
  const { assertion_issuers } = settings
  const trusted = Object.hasOwn(assertion_issuers, issuer) ? assertion_issuers[issuer] : undefined
  if (trusted !== undefined) return trusted.jwks
  const found = await readDocument(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, settings)
  if ('problem' in found) return { problem: `${found.problem}; or name its keys in the setting assertion_issuers` }
  const read = await readDocument(String(memberOf(found.document, 'jwks_uri')), settings)
  if ('problem' in read) return read
  const keys = memberOf(read.document, 'keys')
  return Array.isArray(keys) ? { keys } : { problem: `the key set of issuer '${issuer}' has no list "keys"` }
}

function memberOf(document: unknown, name: string): unknown {
  return typeof document === 'object' && document !== null ? (document as Record<string, unknown>)[name] : undefined
}
