import { OAuthError } from '../../../oauth/model/errors.ts'

/** A refusal of what has to do with second factors, with members that no other error has. */
export class MfaError extends OAuthError {
  /** As the vendor has it. */
  readonly body: Readonly<Record<string, string>>

  constructor(error: string, error_description: string, explanation: string, { status = 403, ...members }: Record<string, unknown> = {}) {
    super(Number(status) === 401 ? 'invalid_token' : 'invalid_grant', error_description, explanation, {}, Number(status))
    this.name = 'MfaError'
    this.body = { error, error_description, ...(members as Record<string, string>) }
  }
}
