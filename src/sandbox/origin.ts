/** How a request reached the server. */
export interface Origin {
  scheme: 'http' | 'https'
  /** With the port, as the client wrote it. */
  host: string
  /** The port of ours that it came to. */
  port?: number | undefined
  /** What a proxy took off the beginning of the path. */
  path?: string
  /** Whether a proxy told it, whose word is taken. */
  isForwarded?: boolean
}
