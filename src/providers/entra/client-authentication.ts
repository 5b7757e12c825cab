import { createHash } from 'node:crypto'
import { seconds } from '../../basics/clock.ts'
import { after, type MaybePromise } from '../../basics/maybe-promise.ts'
import { clientAssertionType } from '../../oauth/clients/assertion.ts'
import { authenticateClient } from '../../oauth/clients/authentication.ts'
import { clientKeys } from '../../oauth/clients/documents.ts'
import { findClient } from '../../oauth/clients/unregistered.ts'
import { boundsProblem, type ReadJwt, readJwt, shown } from '../../oauth/jose/check.ts'
import { type Jwk, signatureProblem } from '../../oauth/jose/verification.ts'
import type { Parameters } from '../../oauth/model/parameters.ts'
import type { Client } from '../../oauth/model/records.ts'
import type { Space } from '../../oauth/model/space.ts'
import type { Context } from '../../oauth/realm/context.ts'
import { refuse } from './errors.ts'
import { checkFederated } from './federated.ts'
import { hasSpa, redirectTypeAsked } from './redirects.ts'
import { manifestOf } from './settings.ts'
import { isShared, tenantOf } from './tenants.ts'

/** Finds out which application speaks: by a secret, by an assertion, or not at all where it is public. */
export function authenticateApp(authorization: string | undefined, parameters: Parameters, context: Context): MaybePromise<Client> {
  const { client_id, client_secret, client_assertion } = parameters
  const origin = context.transport?.header('origin')
  if (origin !== undefined && (client_secret !== undefined || client_assertion !== undefined)) {
    throw refuse(9002326, 'The request has an Origin header and a secret: what a page shows is no secret', { origin })
  }
  if (client_assertion !== undefined) return byAssertion(client_assertion, parameters, context)
  if (client_id === undefined || client_secret !== undefined || authorization !== undefined) {
    return after(authenticateClient(authorization, parameters, context), (client) => checkSecretsEnd(client, context))
  }
  return after(findClient(client_id, context), (client) => {
    if (client === undefined || !needsNoSecret(client, parameters, context)) return authenticateClient(undefined, parameters, context)
    context.trace.client_id = client_id
    return client
  })
}

/** A secret that was right once is told to have ended. */
function checkSecretsEnd(client: Client, { realm }: Context): Client {
  const { passwordCredentials = [] } = manifestOf(client, realm.settings)
  const isOver = ({ endDateTime }: { endDateTime: string }) => Date.parse(endDateTime) <= realm.clock.now()
  if (passwordCredentials.length === 0 || !passwordCredentials.every(isOver)) return client
  throw refuse(7000222, `The secret is right, and ended at ${passwordCredentials.map(({ endDateTime }) => endDateTime).join(', ')}`)
}

/** An application may have addresses of pages and devices beside those of its server: what goes there is redeemed without a secret. */
function needsNoSecret(client: Client, { grant_type }: Parameters, context: Context): boolean {
  const type = redirectTypeAsked(client, context)
  if (grant_type === 'authorization_code') return type === 'spa' || type === 'publicClient'
  return grant_type === 'refresh_token' && hasSpa(client) && context.transport?.header('origin') !== undefined
}

/** Seconds by which clocks may differ. */
const leeway = 300

/** A JWT that is signed with a certificate's key, which its header names by a thumbprint, or by somebody whom the application trusts. */
async function byAssertion(assertion: string, { client_id, client_assertion_type }: Parameters, context: Context): Promise<Client> {
  const jwt = readJwt(assertion)
  if (client_assertion_type !== clientAssertionType || jwt === undefined) {
    throw refuse(700027, `client_assertion is no JWT, or client_assertion_type is not ${clientAssertionType}`, { why: '' })
  }
  const { iss, sub } = jwt.claims
  const asked = client_id ?? String(sub)
  context.trace.client_id = asked
  const client = context.realm.store.findClient(asked)
  if (client === undefined) throw refuse(700016, `client_id '${asked}' is not registered`, { client_id: asked })
  if (iss !== client.client_id || sub !== client.client_id) {
    await checkFederated(jwt, client, context)
    return client
  }
  await checkSignature(jwt, client, context)
  checkBounds(jwt, context)
  return client
}

async function checkSignature({ text, header }: ReadJwt, client: Client, context: Context): Promise<void> {
  const { alg } = header
  if (alg !== 'PS256' && alg !== 'RS256')
    throw refuse(700027, `The assertion's alg is ${shown(alg)}; taken are PS256 and RS256`, { why: '' })
  const keys = await clientKeys(client, context)
  const known = 'problem' in keys ? [] : keys.keys
  const key = known.find((one) => isNamed(one, header))
  const named = header['x5t#S256'] ?? header.x5t
  if (key === undefined) {
    const why = named === undefined ? '' : ` [Reason - The key was not found., Thumbprint of key used by client: '${hex(named)}'.]`
    throw refuse(700027, `The header names ${shown(named)}, none of the certificates in jwks of client '${client.client_id}'`, { why })
  }
  const problem = await signatureProblem(text, key, alg)
  if (problem !== undefined) throw refuse(700027, `The assertion is not signed with the key that it names (${problem})`, { why: '' })
}

/** Whether the header means this certificate: by its SHA-256, or as it was once by its SHA-1. */
function isNamed(key: Jwk, { x5t, 'x5t#S256': x5tS256, kid }: ReadJwt['header']): boolean {
  const [certificate] = Array.isArray(key.x5c) ? key.x5c : []
  const print = (hash: string) =>
    typeof certificate === 'string' ? createHash(hash).update(Buffer.from(certificate, 'base64')).digest('base64url') : undefined
  if (x5tS256 !== undefined) return x5tS256 === (key['x5t#S256'] ?? print('sha256'))
  if (x5t !== undefined) return x5t === (key.x5t ?? print('sha1'))
  return kid !== undefined && kid === key.kid
}

function hex(thumbprint: unknown): string {
  return Buffer.from(String(thumbprint ?? ''), 'base64url')
    .toString('hex')
    .toUpperCase()
}

function checkBounds(jwt: ReadJwt, { realm, transport, space }: Context): void {
  const bounds = { now: seconds(realm.clock.now()), needed: ['exp'] as const, early: leeway, late: leeway, rule: 'RFC 7523 §3' }
  const stale = boundsProblem(jwt, bounds, 'The assertion')
  if (stale !== undefined) throw refuse(700024, stale.problem)
  const names = transport?.audiences() ?? []
  if (space !== undefined && [jwt.claims.aud].flat().some((one) => namesUs(String(one), names, space))) return
  throw refuse(
    700023,
    `The assertion's aud is ${shown(jwt.claims.aud)}; it must name this tenant or its token endpoint: ${names.join(', ')}`,
  )
}

/** Whether an audience is a form of our name: issuer or token endpoint of either version, by the tenant's id, domain or a word. */
function namesUs(aud: string, names: readonly string[], { asked, path }: Space): boolean {
  const [, base, word = ''] = /^(.*?)\/([^/]+)(\/v2\.0|\/oauth2(\/v2\.0)?\/token)?$/.exec(plain(aud)) ?? []
  const isOurs = names.map(plain).some((name) => [asked.tenant, path.tenant].some((tenant) => name.startsWith(`${base}/${tenant}`)))
  return isOurs && (isShared(word) || tenantOf(word) === path.tenant)
}

function plain(audience: string): string {
  return audience.replace('//sts.windows.net', '//login.microsoftonline.com').replace(/\/$/, '')
}
