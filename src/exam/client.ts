/**
 * The client that an exam makes when it is told of none. Its secret has what a form encodes, so that it shows which clients do (RFC 6749
 * §2.3.1).
 */
export const examClient = { client_id: 'exam', client_secret: 'exam+secret/with %41 and=colon:' } as const
