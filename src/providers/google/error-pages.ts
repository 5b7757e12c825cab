import { given } from '../../basics/given.ts'
import { type OAuthError, wireCode } from '../../oauth/model/errors.ts'
import type { Reason } from '../../oauth/model/reasons.ts'
import type { Context } from '../../oauth/realm/context.ts'
import type { Reply } from '../provider.ts'
import { isLoopback } from './redirects.ts'

/** What a page says. */
interface Page {
  status: number
  error: string
  heading: string
  text: string
  /** What the developer is told besides. */
  details?: string
  /** Of the user who was refused. */
  address?: string | undefined
}

const invalidRequest = "Access blocked: This app's request is invalid"
const tryLater =
  "You can't sign in because this app sent an invalid request. You can try again later, or contact the developer about this issue."
const invalid = (error: string, text = tryLater): Page => ({ status: 400, error, heading: invalidRequest, text })
const blocked = 'Access blocked: Authorization Error'

/** Those of which the page's own name is the error's message. */
const named: Readonly<Record<string, Page>> = {
  deleted_client: { status: 401, error: 'deleted_client', heading: blocked, text: 'The OAuth client was deleted.' },
  admin_policy_enforced: {
    status: 400,
    error: 'admin_policy_enforced',
    heading: blocked,
    text: 'Access to your account data is restricted by policies within your organization. Please contact your organization administrator for more information.',
  },
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
  client_unknown: { status: 401, error: 'invalid_client', heading: blocked, text: 'The OAuth client was not found.' },
  response_type_unknown: invalid('unsupported_response_type'),
}

/** Ways that the vendor shut: pages that show the code, and loopback addresses of mobile apps. */
function shutWay({ about }: OAuthError, context: Context | undefined): string | undefined {
  const { redirect_uri = '', client_id = '' } = about
  if (redirect_uri.startsWith('urn:ietf:wg:oauth:2.0:oob')) return 'out-of-band (OOB)'
  const client = context?.realm.store.findClient(client_id)
  return client?.client_secret === null && isLoopback(redirect_uri) ? 'loopback' : undefined
}

/** A page in place of a redirect; its members are what the page's lines may have. */
export function pageReply(error: OAuthError, context: Context | undefined): Reply {
  const { message, reason, status } = error
  const page =
    named[message] ?? (reason === 'redirect_unregistered' ? ofRedirect(error, context) : reason && byReason[reason]) ?? other(error)
  const said = status >= 500 ? status : page.status
  return { status: said, headers: error.headers, body: given({ ...page, address: error.about.email, status: said }) }
}

function ofRedirect(error: OAuthError, context: Context | undefined): Page {
  const origin = scriptOrigin(error.about.redirect_uri)
  if (origin !== undefined) return { ...invalid('origin_mismatch'), details: `Request details: origin=${origin}` }
  const way = shutWay(error, context)
  const blocked = `The ${way} flow has been blocked in order to keep users secure. Follow the migration guide linked in the developer docs to migrate your app to an alternative method.`
  if (way !== undefined) return invalid('invalid_request', blocked)
  return { ...invalid('redirect_uri_mismatch'), details: `Request details: redirect_uri=${error.about.redirect_uri}` }
}

/** The origin of a page whose script asks, as `storagerelay://https/app.example?id=auth1` has it. */
function scriptOrigin(redirect_uri = ''): string | undefined {
  const [, scheme, host] = /^storagerelay:\/\/(https?)\/([^/?]+)/.exec(redirect_uri) ?? []
  return host === undefined ? undefined : `${scheme}://${host}`
}

function other(error: OAuthError): Page {
  const { reason, message, about, status } = error
  const parameter = reason === 'redirect_missing' ? 'redirect_uri' : reason === 'client_missing' ? 'client_id' : about.parameter
  if (parameter !== undefined && reason?.endsWith('_missing') === true) {
    return invalid('invalid_request', `Missing required parameter: ${parameter}`)
  }
  return { status, error: wireCode(error), heading: blocked, text: message }
}
