/** The server's own metadata (RFC 8414 §2): a client may choose of what it lists, and of nothing else. */
export type Supported = Readonly<Record<string, unknown>>
