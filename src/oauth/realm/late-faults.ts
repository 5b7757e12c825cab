/** When in the course of an authorization: when the request is found to be good, and when the user agreed; of a sign-out, when it happens. */
export type Stage = 'begin' | 'answer'

/** What is known of an authorization or a sign-out when a fault may strike in its course. */
export interface LateOccasion {
  readonly endpoint: 'authorize' | 'end_session'
  readonly client_id: string | undefined
  readonly username: string | undefined
}

/** The faults of a sandbox that strike in the course of a request, where the core knows the moment. */
export interface LateFaults {
  readonly size: number
  /** What the fault does that strikes now, to be read by the catalogue in faults/. It is counted, and gone after its last time. */
  strikeLater(stage: Stage, occasion: LateOccasion): object | undefined
}
