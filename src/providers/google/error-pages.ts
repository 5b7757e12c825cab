import { type OAuthError, wireCode } from '../../oauth/model/errors.ts'
import type { Reason } from '../../oauth/model/reasons.ts'
import type { Reply } from '../provider.ts'

/** What a page says. */
interface Page {
  status: number
  error: string
  heading: string
  text: string
}

const invalidRequest = "Access blocked: This app's request is invalid"
const tryLater =
  "You can't sign in because this app sent an invalid request. You can try again later, or contact the developer about this issue."
const invalid = (error: string, text = tryLater): Page => ({ status: 400, error, heading: invalidRequest, text })
const blocked = 'Access blocked: Authorization Error'

/** Those of which the page's own name is the error's message. */
const named: Readonly<Record<string, Page>> = {
  testing: {
    status: 403,
    error: 'access_denied',
    heading: 'Access blocked: This app has not completed the Google verification process',
    text: 'The app is currently being tested, and can only be accessed by developer-approved testers. If you think you should have access, contact the developer.',
  },
  org_internal: {
    status: 403,
    error: 'org_internal',
    heading: 'Access blocked: This app can only be used within its organization',
    text: 'This client is restricted to users within its organization.',
  },
  disallowed_useragent: {
    status: 403,
    error: 'disallowed_useragent',
    heading: "Access blocked: This app's request does not comply with Google's policies",
    text: "You can't sign in from this screen because this app doesn't comply with Google's \"Use secure browsers\" policy.",
  },
}

const byReason: Partial<Record<Reason, Page>> = {
  redirect_unregistered: invalid('redirect_uri_mismatch'),
  client_unknown: { status: 401, error: 'invalid_client', heading: blocked, text: 'The OAuth client was not found.' },
  response_type_unknown: invalid('unsupported_response_type'),
}

/** A page in place of a redirect; its members are what the page's lines may have. */
export function pageReply(error: OAuthError): Reply {
  const { message, reason, about, status } = error
  const page = named[message] ?? (reason && byReason[reason]) ?? other(error)
  const details = reason === 'redirect_unregistered' ? `Request details: redirect_uri=${about.redirect_uri}` : undefined
  const said = status >= 500 ? status : page.status
  return { status: said, headers: error.headers, body: { ...page, status: said, ...(details !== undefined && { details }) } }
}

function other(error: OAuthError): Page {
  const { reason, message, about, code } = error
  if (reason === 'redirect_missing') return invalid('invalid_request', 'Missing required parameter: redirect_uri')
  if (reason === 'client_missing') return invalid('invalid_request', 'Missing required parameter: client_id')
  if (about.parameter !== undefined && (reason?.endsWith('_missing') ?? false)) {
    return invalid('invalid_request', `Missing required parameter: ${about.parameter}`)
  }
  if (code === 'not_found')
    return { status: 404, error: 'not_found', heading: 'That’s an error.', text: 'The requested URL was not found on this server.' }
  return { ...invalid(wireCode(error), message), status: error.status, heading: blocked }
}
