import { createHash } from 'node:crypto'
import type { ApiRequest } from '../../provider.ts'
import { ApiError } from '../errors.ts'
import { poolId } from '../world.ts'

/** Signature Version 4 of AWS, as far as a request shows it: there is no IAM here, so any key and any signature will do, of any time. */

const algorithm = 'AWS4-HMAC-SHA256'
const service = 'cognito-idp'
const terminator = 'aws4_request'

/**
 * Holds an operation that IAM authorizes to being signed, in the order and the words of AWS.
 * @throws ApiError MissingAuthenticationTokenException, IncompleteSignatureException, InvalidSignatureException
 */
export function checkSignature(operation: string, request: ApiRequest): void {
  const { authorization, headers } = request
  const advice =
    `AWS authorizes ${operation} by IAM: SDKs with any credentials sign it, and so does ` +
    `curl --aws-sigv4 "aws:amz:${regionOf(request)}:${service}" --user test:test`
  if (authorization === undefined) {
    throw new ApiError('MissingAuthenticationTokenException', 'Missing Authentication Token', advice, 'credentials_missing')
  }
  const date = String(headers['x-amz-date'] ?? headers.date ?? '')
  const incomplete = incompleteness(authorization, date)
  if (incomplete !== undefined) throw new ApiError('IncompleteSignatureException', incomplete, advice, 'credentials_invalid')
  const invalid = invalidity(valuesOf(authorization), date, hostRegion(request))
  if (invalid !== '') throw new ApiError('InvalidSignatureException', invalid, advice, 'credentials_invalid')
}

const pairsOf = (authorization: string) => authorization.split(/[\s,]+/).slice(1)
const valuesOf = (authorization: string) => new Map(pairsOf(authorization).map((pair) => splitOnce(pair)))

function splitOnce(pair: string): [name: string, value: string] {
  const at = pair.indexOf('=')
  return [pair.slice(0, at), pair.slice(at + 1)]
}

/** What a header lacks. It is told by its hash alone, since it may be a token that came to the wrong place. */
function incompleteness(authorization: string, date: string): string | undefined {
  const hash = createHash('sha256').update(authorization).digest('base64')
  if (!pairsOf(authorization).every((pair) => pair.includes('='))) {
    return `Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): '${hash}'.`
  }
  const values = valuesOf(authorization)
  const lacking = ['Credential', 'Signature', 'SignedHeaders']
    .filter((name) => !values.get(name))
    .map((name) => `Authorization header requires '${name}' parameter. `)
  if (date === '') lacking.push("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ")
  if (lacking.length > 0) return `${lacking.join('')}(Hashed with SHA-256 and encoded with Base64) Authorization=${hash}`
  const scheme = authorization.split(/\s/, 1)[0]
  if (scheme !== algorithm) return `Unsupported AWS 'algorithm': '${scheme}'.`
  if (Number.isNaN(Date.parse(isoOf(date)))) {
    return `Date must be in ISO-8601 'basic format'. Got '${date}'. See http://en.wikipedia.org/wiki/ISO_8601`
  }
  const credential = values.get('Credential') ?? ''
  if (credential.split('/').length === 5) return undefined
  return `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${credential}'`
}

/** `20260131T120000Z` with its separators. A header `Date` may have another form. */
const isoOf = (date: string) => date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z')

/** What is wrong with what a request was signed for, which may be several things. */
function invalidity(values: ReadonlyMap<string, string>, date: string, host: string | undefined): string {
  if (!values.get('SignedHeaders')?.split(';').includes('host')) {
    return "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
  }
  const [, day, region = '', signedFor, end] = (values.get('Credential') ?? '').split('/')
  const its = new Date(isoOf(date)).toISOString().slice(0, 10).replaceAll('-', '')
  const problems = [
    (host === undefined ? !/^[a-z0-9-]+$/.test(region) : region !== host) && 'Credential should be scoped to a valid region. ',
    signedFor !== service && `Credential should be scoped to correct service: '${service}'. `,
    end !== terminator && `Credential should be scoped with a valid terminator: '${terminator}', not '${end}'. `,
    day !== its &&
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${day}' != '${its}', from '${date}'. `,
  ]
  return problems.filter((problem) => problem !== false).join('')
}

const hostRegion = ({ base_url }: ApiRequest) => /^https?:\/\/cognito-idp\.([a-z0-9-]+)\./.exec(base_url)?.[1]

/** By the host that was called, or what the request was signed for. */
export function regionOf(request: ApiRequest): string {
  const signed = valuesOf(request.authorization ?? '')
    .get('Credential')
    ?.split('/')[2]
  return hostRegion(request) ?? signed ?? poolId.slice(0, poolId.indexOf('_'))
}
