/** What the protocol learns while it answers; the journal shows it. */
export interface Trace {
  client_id?: string
  username?: string
  grant_type?: string
  grant_id?: number
  /** The space with a world of its own that was asked. */
  space?: string
  /** How Basic credentials were read, where they can be read in two ways (RFC 6749 §2.3.1). */
  basic?: 'as_sent' | 'form_decoded'
  /** What was let pass that a strict server would refuse. */
  explanation?: string
  /** What of the request had no effect, a sentence each. */
  notes?: string[]
}
