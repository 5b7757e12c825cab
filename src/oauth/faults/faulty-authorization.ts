import type { ErrorCode } from '../model/errors.ts'
import type { CallbackFlaw } from '../model/fault.ts'
import type { AuthorizationRequest, Client } from '../model/records.ts'
import { refusal } from '../model/refusal.ts'
import type { Context } from '../realm/context.ts'

/**
 * Lets the sandbox's faults strike an authorization that begins.
 * @throws AuthorizationError when one of them says an error
 */
export function beginFaulty(request: AuthorizationRequest, client: Client, context: Context): void {
  strike('begin', request, client, undefined, context)
}

/**
 * Lets the sandbox's faults strike the answer to an authorization; what strikes stands in the context from then on.
 * @throws AuthorizationError when one of them says an error
 */
export function answerFaulty(request: AuthorizationRequest, client: Client, username: string, context: Context): void {
  strike('answer', request, client, username, context)
}

function strike(
  stage: 'begin' | 'answer',
  request: AuthorizationRequest,
  client: Client,
  username: string | undefined,
  context: Context,
): void {
  const { faults } = context.realm
  if (faults.size === 0) return
  const fault = faults.strikeAuthorization(stage, { client_id: client.client_id, username })
  if (fault === undefined) return
  context.fault = fault
  if (fault.error === undefined) return
  const message = fault.error_description ?? 'A fault was asked for'
  throw refusal(request, client, fault.error as ErrorCode, message, 'A fault of the sandbox says so')
}

/** The parameters of an answer as a fault leaves them. */
export function spoilCallback(
  parameters: Readonly<Record<string, string | undefined>>,
  flaw: CallbackFlaw | undefined,
): Record<string, string | undefined> {
  switch (flaw) {
    case 'wrong_state':
      return { ...parameters, state: 'a-state-that-nobody-sent' }
    case 'missing_state':
      return { ...parameters, state: undefined }
    case 'wrong_iss':
      return { ...parameters, iss: 'https://another-issuer.example' }
    case 'missing_code':
      return { ...parameters, code: undefined }
    case 'code_and_error':
      return { ...parameters, error: 'access_denied', error_description: 'A fault was asked for' }
    default:
      return { ...parameters }
  }
}
