import { z } from 'zod'
import { signingAlgs } from '../oauth/jose/jws.ts'
import { shortestHandle } from '../oauth/model/handle.ts'
import { claimNames } from '../oauth/tokens/template-values.ts'
import { alphabets, charactersOf } from '../providers/data/alphabet.ts'
import type { TokenDeclaration } from '../providers/data/declaration.ts'
import { members } from './members-schema.ts'

/** How a declared provider's ids and tokens look. */

const alphabet = z
  .string()
  .refine(
    (text) =>
      Object.hasOwn(alphabets, text) ||
      (text.length >= 2 && text.length <= 256 && new Set(text).size === text.length && /^[\x21-\x7e]+$/.test(text)),
    { error: `one of ${Object.keys(alphabets).join(', ')}, or two and more different characters` },
  )
const idShape = {
  prefix: z
    .string()
    .regex(/^[\x21-\x7e]*$/, { error: 'printable ASCII characters' })
    .optional(),
  alphabet: alphabet
    .optional()
    .describe(`A name (${Object.keys(alphabets).join(', ')}) or the characters themselves; url_safe when absent.`),
}
/** Ids as random characters behind a beginning. */
export const id = z.strictObject({ ...idShape, length: z.int().min(4).max(256) })
/** Whatever carries a row's key has room for it and for what cannot be guessed. */
const handle = <T extends z.ZodType<{ alphabet?: string | undefined; length: number }>>(schema: T) =>
  schema.superRefine(({ alphabet, length }, context) => {
    const characters = charactersOf(alphabet)
    if (characters.length < 2) return
    const least = shortestHandle(characters)
    if (length < least)
      context.addIssue({ code: 'custom', path: ['length'], message: `expected ${least} or more of these characters, got ${length}` })
  })

const opaque = handle(z.strictObject({ format: z.literal('opaque'), ...idShape, length: z.int().max(1024) }))
const jwt = z
  .strictObject({
    format: z.literal('jwt'),
    alg: z.enum(signingAlgs).optional().describe("The sandbox's signing_alg when absent."),
    header: members(['alg', 'kid']).optional().describe('Members keep their order.'),
    claims: members(claimNames).describe('Members keep their order; one claim is "{jti}".'),
    jti: handle(z.strictObject({ ...idShape, length: z.int().max(1024) })).optional(),
  })
  .superRefine(({ claims }, context) => {
    if (Object.values(claims).filter((claim) => claim === '{jti}').length === 1) return
    context.addIssue({ code: 'custom', path: ['claims'], message: 'expected one claim that is "{jti}": by it the token is found again' })
  })
/** Random text or a JWT. */
export const token: z.ZodType<TokenDeclaration> = z
  .discriminatedUnion('format', [opaque, jwt], { error: 'a token format: format is "opaque" or "jwt"' })
  .meta({ id: 'Token' })
