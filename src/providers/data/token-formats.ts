import { compileMembers, type Template, type Values } from '../../basics/template.ts'
import type { SigningAlg, SigningKey } from '../../oauth/jose/jws.ts'
import { readClaims } from '../../oauth/jose/jwt.ts'
import { type HandleFormat, maskedHandles } from '../../oauth/model/handle.ts'
import type { StatementWording, TokenDraft, TokenFormat, TokenMaterial } from '../../oauth/model/token-profile.ts'
import { claimValues, statementValues } from '../../oauth/tokens/template-values.ts'
import { charactersOf } from './alphabet.ts'
import type { IdDeclaration, TokenDeclaration } from './declaration.ts'

/** How tokens look that a declaration says. */
export function tokenFormat(declaration: TokenDeclaration): TokenFormat {
  if (declaration.format === 'opaque') return opaqueFormat(declaration)
  const { alg, header, claims, jti } = declaration
  return jwtFormat({ alg, header, claims, ...(jti === undefined ? {} : { handles: handlesOf(jti) }) })
}

/** Opaque tokens of a fixed length and alphabet behind a prefix. */
export function opaqueFormat(declaration: IdDeclaration): TokenFormat {
  const handles = handlesOf(declaration)
  return { make: ({ id }) => handles.make(id), keyOf: (token) => handles.key(token) }
}

function handlesOf({ prefix = '', alphabet, length }: IdDeclaration): HandleFormat {
  const handles = maskedHandles(charactersOf(alphabet), length)
  return {
    make: (id) => prefix + handles.make(id),
    key: (text) => (text.startsWith(prefix) ? handles.key(text.slice(prefix.length)) : undefined),
  }
}

/** A JWT as templates: data, and values that only code can work out. */
export interface JwtTemplates {
  /** The sandbox's `signing_alg` when absent. */
  alg?: SigningAlg | undefined
  header?: { readonly [member: string]: Template } | undefined
  claims: { readonly [claim: string]: Template }
  handles?: HandleFormat
  /** More names for the claims. */
  values?: (draft: TokenDraft, material: TokenMaterial) => Values
}

const standardHeader = { alg: '{alg}', typ: 'JWT', kid: '{kid}' }
const standardHandles = maskedHandles(charactersOf('url_safe'), 32)

/** JWTs whose header and claims are templates; the claim that is `{jti}` carries the key of the token's row. */
export function jwtFormat({ alg, header = standardHeader, claims, handles = standardHandles, values }: JwtTemplates): TokenFormat {
  const carrier = carrierOf(claims)
  const fillHeader = compileMembers(header)
  const fillClaims = compileMembers(claims)
  const keys = new WeakMap<SigningKey, SigningKey>()
  const withHeader = (key: SigningKey): SigningKey => {
    const known = keys.get(key)
    if (known !== undefined) return known
    const text = JSON.stringify(fillHeader({ alg: key.alg, kid: key.kid === '' ? undefined : key.kid }))
    const made: SigningKey = { ...key, header: () => text }
    keys.set(key, made)
    return made
  }
  return {
    settings: alg === undefined ? ['signing_alg'] : [],
    make(draft, material) {
      const known = claimValues(draft, material, handles.make(draft.id))
      const filled = fillClaims(values === undefined ? known : { ...known, ...values(draft, material) })
      return { claims: filled, alg: alg ?? material.settings.signing_alg, withHeader }
    },
    keyOf(token) {
      const handle = readClaims(token)?.[carrier]
      return typeof handle === 'string' ? handles.key(handle) : undefined
    },
  }
}

/** The claim that is `{jti}`. */
export function carrierOf(claims: { readonly [claim: string]: Template }): string {
  const carrier = Object.keys(claims).find((claim) => claims[claim] === '{jti}')
  if (carrier === undefined) throw new TypeError('one claim must be {jti}')
  return carrier
}

/** What an ID token or userinfo says, as a template. */
export function statement(template: { readonly [member: string]: Template }): StatementWording {
  const fill = compileMembers(template)
  return (said, material) => fill(statementValues(said, material))
}
