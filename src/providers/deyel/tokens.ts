import { randomDigit } from '../../basics/random.ts'
import type { Template, Values } from '../../basics/template.ts'
import { type HandleFormat, maskedHandles } from '../../oauth/model/handle.ts'
import type { TokenDraft, TokenMaterial } from '../../oauth/model/token-profile.ts'
import { charactersOf } from '../data/alphabet.ts'
import { jwtFormat } from '../data/token-formats.ts'
import { deyelSettings } from './settings.ts'

/** The claims of the vendor's sample, in its order; `permissions` is JSON inside a string. */
const deyelClaims: { readonly [claim: string]: Template } = {
  iss: 'Deyel',
  exp: '{exp}',
  cdOrgUnit: '{settings.organizational_unit}',
  grant_type: '{grant_type}',
  permissions: '{permissions}',
  company: '{company}',
  nuSecHidden: '{nu_sec_hidden}',
  idDataBaseSession: '{deyel_user}*{nu_sec_hidden}',
  jti: '{jti}',
  iat: '{iat}',
  sub: '{deyel_user}',
}

/** What the templates need and only code can work out. */
function deyelValues({ iat, client, user }: TokenDraft, material: TokenMaterial): Values {
  const { utc_offset, client_user, permissions } = deyelSettings.of(material.settings)
  const local = new Date((iat + offsetSeconds(utc_offset)) * 1000)
  return {
    deyel_user: user?.username ?? client.metadata.user ?? client_user,
    permissions: JSON.stringify({ dtValidity: mediumDate(local), lsPermissions: permissions }),
    nu_sec_hidden: `${local.toISOString().slice(0, 19).replace(/\D/g, '')}.${digits(4)}.${digits(16)}`,
  }
}

/** `-03:00` as seconds; what is no offset counts as none. */
function offsetSeconds(offset: string): number {
  const [, sign, hours, minutes] = /^([+-])(\d{2}):(\d{2})$/.exec(offset) ?? []
  return (sign === '-' ? -1 : 1) * (Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60)
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/**
 * `Jun 2, 2022, 10:04:50 AM`, as Java writes a medium date and time in English. Intl puts another blank before AM, and which
 * one depends on its data.
 */
function mediumDate(local: Date): string {
  const two = (number: number) => String(number).padStart(2, '0')
  const hour = local.getUTCHours()
  const time = `${hour % 12 === 0 ? 12 : hour % 12}:${two(local.getUTCMinutes())}:${two(local.getUTCSeconds())} ${hour < 12 ? 'AM' : 'PM'}`
  return `${months[local.getUTCMonth()]} ${local.getUTCDate()}, ${local.getUTCFullYear()}, ${time}`
}

function digits(length: number): string {
  return Array.from({ length }, () => randomDigit(10)).join('')
}

const masked = maskedHandles(charactersOf('url_safe'), 21)

/** 16 bytes as base64url, as the vendor's `jti`: of the 22nd character two bits count, so it is one of four. */
const handles: HandleFormat = {
  make: (id) => masked.make(id) + 'AQgw'[randomDigit(4)],
  key: (jti) => (/[AQgw]$/.test(jti) ? masked.key(jti.slice(0, -1)) : undefined),
}

/** The vendor's tokens, access and refresh alike: `kid` before `alg`, no `typ`. */
export const deyelTokens = jwtFormat({
  alg: 'RS256',
  header: { kid: '{kid}', alg: '{alg}' },
  claims: deyelClaims,
  handles,
  values: deyelValues,
})
