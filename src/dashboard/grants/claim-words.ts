import { agoInWords, dateAndTime } from '../frame/words.ts'

/** A claim, or a member of a header, as a page shows it. */
export interface ClaimRow {
  name: string
  value: string
  /** Its time in words. */
  words?: string | undefined
  /** What a claim of this name says. */
  meaning?: string | undefined
}

const timeClaims = ['iat', 'exp', 'nbf', 'auth_time', 'updated_at']

/** RFC 7519 §4.1, RFC 9068 §2.2, OpenID Connect Core §2 and §5.1, and what many vendors add. */
const claimMeanings: ReadonlyMap<string, string> = new Map([
  ['iss', 'who issued it: compare it with the issuer that your app was set up with'],
  ['sub', 'whom it is about: the user, or the client itself'],
  ['aud', 'for whom it is: refuse it when you are not among them'],
  ['exp', 'until when it holds'],
  ['nbf', 'from when on it holds'],
  ['iat', 'when it was issued'],
  ['jti', 'its own id'],
  ['azp', 'the client that it was issued to'],
  ['client_id', 'the client that it was issued to'],
  ['scope', 'what it is good for'],
  ['scp', 'what it is good for'],
  ['nonce', 'what the client sent along with its request: compare them'],
  ['auth_time', 'when the user signed in'],
  ['acr', 'how well the user signed in'],
  ['amr', 'by what means the user signed in'],
  ['at_hash', 'half a hash of the access token beside it'],
  ['c_hash', 'half a hash of the code beside it'],
  ['s_hash', 'half a hash of the state beside it'],
  ['sid', 'the session, which a sign-out names'],
  ['act', 'who acts for the user'],
  ['cnf', 'the key that whoever sends it must prove to have'],
  ['events', 'what happened, of which it tells'],
  ['roles', 'what the user may do, as the vendor has it'],
  ['groups', 'where the user belongs, as the vendor has it'],
  ['preferred_username', 'the user’s name here; it may change'],
  ['email_verified', 'whether the address is the user’s for sure'],
])

const headerMeanings: ReadonlyMap<string, string> = new Map([
  ['alg', 'how it is signed, or its key is encrypted'],
  ['enc', 'how its content is encrypted'],
  ['kid', 'which key it is signed with, or encrypted to'],
  ['typ', 'what kind of token it is'],
  ['cty', 'what is in it'],
  ['x5t', 'the certificate of the key'],
])

/**
 * The claims of a token with what they say.
 * @param now by the sandbox's clock, for what the times say
 */
export function claimRows(claims: Readonly<Record<string, unknown>>, now: number): ClaimRow[] {
  return rowsOf(claims, claimMeanings).map((row) => {
    const time = claims[row.name]
    const isTime = timeClaims.includes(row.name) && typeof time === 'number' && Math.abs(time) < 8.64e12
    return isTime ? { ...row, words: `${dateAndTime(time * 1000)}, ${agoInWords(time * 1000, now)}` } : row
  })
}

/** The members of a token's header with what they say. */
export function headerRows(header: Readonly<Record<string, unknown>>): ClaimRow[] {
  return rowsOf(header, headerMeanings)
}

function rowsOf(members: Readonly<Record<string, unknown>>, meanings: ReadonlyMap<string, string>): ClaimRow[] {
  return Object.entries(members).map(([name, value]) => ({
    name,
    value: typeof value === 'string' ? value : JSON.stringify(value),
    meaning: meanings.get(name),
  }))
}
