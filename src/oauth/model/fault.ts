/** When in the course of an authorization: when the request is found to be good, and when the user agreed. */
export type AuthorizationStage = 'begin' | 'answer'

/** The faults of a sandbox that strike in the course of an authorization, where the core knows the moment. */
export interface AuthorizationFaults {
  readonly size: number
  /** What the fault does that strikes now, to be read by the catalogue in faults/. It is counted, and gone after its last time. */
  strikeAuthorization(stage: AuthorizationStage, who: { client_id: string; username: string | undefined }): object | undefined
}
