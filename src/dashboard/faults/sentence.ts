import { ownValue } from '../../basics/own-value.ts'
import type { Client } from '../../oauth/model/records.ts'
import type { FaultState } from '../../sandbox/faults.ts'
import { grantNames } from '../flows/flow-steps.ts'
import { durationInWords } from '../frame/words.ts'
import { callbackFlaws, logoutFlaws, malformations, meets, meetsByGrant, tokenFlaws } from './words.ts'

/** What is needed of a fault, and of how often it has struck and let go by. */
type Told = Omit<FaultState, 'id'>

/** A verb as several do it, and what stands behind it. */
type Deed = readonly [verb: string, rest: string]

/**
 * What a fault does, and to whom: `The next 2 refreshes of Find Fluffy answer invalid_grant.`
 * @param clientOf finds the client that a fault names
 */
export function faultSentence(fault: Told, clientOf: (client_id: string) => Client | undefined, prefix = ''): string {
  const [subject, isOne] = subjectOf(fault)
  const { client_id, username } = fault
  const whose = [
    ...(client_id === undefined ? [] : [` of ${clientOf(client_id)?.app.name ?? client_id}`]),
    ...(username === undefined ? [] : [` by ${prefix}${username}`]),
  ].join('')
  const deeds = deedsOf(fault).map(([verb, rest]) => `${isOne ? `${verb}s` : verb} ${rest}`)
  return `${subject}${whose} ${listed(deeds)}.`
}

/** Whom it strikes yet, and whether that is one. */
function subjectOf({ endpoint, grant_type, after, seen, times, hits }: Told): readonly [string, boolean] {
  const byGrant = grant_type === undefined ? undefined : ownValue(meetsByGrant, grant_type)
  const [one, several] = byGrant ?? meets[endpoint]
  const name = grant_type === undefined || byGrant !== undefined ? '' : ` (${ownValue(grantNames, grant_type) ?? grant_type})`
  const passed = Math.max(0, after - seen)
  const left = times - hits
  const next = passed === 0 ? 'The next' : `After ${passed === 1 ? 'another' : `${passed} more`}, the next`
  if (times === 0) return [`${passed === 0 ? 'Every' : `After ${passed === 1 ? 'another' : `${passed} more`}, every`} ${one}${name}`, true]
  return left === 1 ? [`${next} ${one}${name}`, true] : [`${next} ${left.toLocaleString('en-US')} ${several}${name}`, false]
}

function deedsOf(fault: Told): Deed[] {
  const deeds: Deed[] = []
  const does = (verb: string, rest: string) => deeds.push([verb, rest])
  const { delay_ms, drop, error, error_description, status, headers, patch, malformed, granted_scope } = fault
  if (delay_ms !== undefined) does('wait', `${lengthOf(delay_ms)}${fault.delay_at === 'body' ? ' in the middle of the answer' : ''}`)
  if (drop === true) does('get', 'no answer, because the connection ends')
  if (drop === 'after') does('get', 'no answer, though all is done')
  const withHeaders = headers === undefined ? '' : ` with ${listed(Object.keys(headers))}`
  if (error !== undefined) {
    const said = error_description === undefined ? '' : ` (“${error_description}”)`
    does('answer', `${error}${said}${status === undefined ? '' : ` with status ${status}`}${withHeaders}`)
  } else if (status !== undefined) does('answer', `${status}${withHeaders}`)
  else if (headers !== undefined) does('answer', withHeaders.trim())
  if (patch !== undefined) does('answer', patchInWords(patch))
  if (malformed !== undefined) does('answer', malformations[malformed])
  if (fault.token !== undefined) does('bring', `tokens, each ${tokenFlaws[fault.token]}`)
  if (fault.id_token !== undefined) does('bring', `an ID token ${tokenFlaws[fault.id_token]}${about(fault.id_token_user)}`)
  if (granted_scope !== undefined) does('grant', granted_scope === '' ? 'nothing' : `“${granted_scope}”, whatever was asked for`)
  if (fault.callback !== undefined) does('come', `back ${callbackFlaws[fault.callback]}${about(fault.callback_user)}`)
  if (fault.logout !== undefined) does('come', `back ${logoutFlaws[fault.logout]}`)
  if (fault.logout_token !== undefined) does('tell', `clients by a logout token ${tokenFlaws[fault.logout_token]}`)
  return deeds.length === 0 ? [['meet', 'a fault']] : deeds
}

function lengthOf(milliseconds: number): string {
  return milliseconds < 1000 ? `${milliseconds} ms` : durationInWords(milliseconds)
}

function about(username: string | undefined): string {
  return username === undefined ? '' : ` (${username})`
}

/** `without refresh_token and with expires_in -1` */
function patchInWords(patch: unknown): string {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return JSON.stringify(patch)
  const members = Object.entries(patch).map(([name, value]) =>
    value === null ? `without ${name}` : `with ${name} ${JSON.stringify(value)}`,
  )
  return members.length === 0 ? 'as usual' : listed(members)
}

function listed(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
}
