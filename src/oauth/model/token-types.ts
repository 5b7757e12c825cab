const prefix = 'urn:ietf:params:oauth:token-type:'

/** The token types of RFC 8693 §3 that can be exchanged and asked for. */
export const tokenTypes = {
  access_token: `${prefix}access_token`,
  refresh_token: `${prefix}refresh_token`,
  id_token: `${prefix}id_token`,
  jwt: `${prefix}jwt`,
} as const

/** One of them, by its short name. */
export type TokenType = keyof typeof tokenTypes

/** The short name of a token type; undefined when it is none of ours. */
export function tokenTypeOf(urn: string): TokenType | undefined {
  return (Object.keys(tokenTypes) as TokenType[]).find((name) => tokenTypes[name] === urn)
}
