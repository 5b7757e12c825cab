import { sign } from 'node:crypto'
import { encodeSegment, readClaims, readHeader } from '../../../src/oauth/jose/jwt.ts'
import type { Proofs } from '../../support/recording/proofs.ts'

/**
 * What a service account asks for, signed by the key of its key file, which is another one in each run: as
 * `{{assertion {"alg":"RS256"} {"iss":"…"}}}`, without the key's id.
 */
export const assertionProofs: Proofs = {
  mark: (body) =>
    body.replace(/\bassertion=([\w.-]+)/, (_, jwt: string) => {
      const { kid: _kid, ...header } = readHeader(jwt) ?? {}
      const claims = JSON.stringify(readClaims(jwt)).replace(/"http:\/\/[^/"]+/, '"{base}')
      return `assertion={{assertion ${JSON.stringify(header)} ${claims}}}`
    }),
  fill: (body, answers) =>
    body.replace(/\{\{assertion (\{[^}]*\}) (\{[^}]*\})\}\}/, (_, header: string, claims: string) => {
      const { private_key = '', private_key_id } = answers.findLast((one) => one.private_key !== undefined) ?? {}
      const input = [{ ...JSON.parse(header), kid: private_key_id }, JSON.parse(claims)].map(encodeSegment).join('.')
      return `${input}.${sign('sha256', Buffer.from(input), private_key).toString('base64url')}`
    }),
}
