import { z } from 'zod'
import { keyAlgs } from '../oauth/jose/jws.ts'

/** A private key of the developer's own, in a request's body or a config file. */
export const givenKeySchema = z.strictObject({
  jwk: z.record(z.string(), z.unknown()).optional().describe('The private key as JWK (RFC 7517).'),
  pem: z.string().optional().describe('The private key as PEM, in place of jwk.'),
  kid: z.string().min(1).max(200).optional().describe("The JWK's, or the thumbprint of the key (RFC 7638) when absent."),
  alg: z.enum(keyAlgs).optional().describe('What it signs with; what its kind usually does when absent.'),
  x5c: z.array(z.string()).min(1).optional().describe('Its certificates as base64 of DER, the first its own (RFC 7517 §4.7).'),
})
