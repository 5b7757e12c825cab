import type { FastifyReply } from 'fastify'
import { GoneError, OAuthError } from '../oauth/model/errors.ts'
import type { Exchange } from './exchange.ts'

/** What the framework refuses before a handler is reached, as the protocol's own error; anything else is a fault of ours. @param came the request's content type */
export function toOAuthError(error: unknown, bodyLimit = 1024 * 1024, came = ''): OAuthError {
  if (error instanceof OAuthError) return error
  if (error instanceof GoneError) {
    return new OAuthError('invalid_grant', 'The client, the user or the grant is gone', 'It was deleted while this request was answered')
  }
  const { code = '', statusCode = 500, message = '' } = error as { code?: string; statusCode?: number; message?: string }
  switch (code) {
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE': {
      const explanation = `${message}; expected application/x-www-form-urlencoded or application/json`
      return new OAuthError('unsupported_media_type', 'The content type is not supported', explanation).naming({ content_type: came })
    }
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new OAuthError('payload_too_large', 'The body is too large', `The body is over the limit of ${bodyLimit} bytes (--body-limit)`)
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_ASYNC_CONSTRAINT': {
      const explanation = 'The path has a percent sign that is not followed by two hexadecimal digits of UTF-8'
      return new OAuthError('invalid_request', 'The URL is malformed', explanation)
    }
  }
  if (statusCode >= 400 && statusCode < 500) return new OAuthError('invalid_request', 'The request is malformed', message)
  return new OAuthError('server_error', 'Internal error', 'grantbox itself failed; its log says more')
}

/** What of an error the developer is told. */
type Explained = Pick<OAuthError, 'code' | 'explanation'> & { reason?: OAuthError['reason'] }

/** Notes an error in the exchange and in the headers that explain it. */
export function explain(exchange: Exchange, { code, reason, explanation }: Explained, reply: FastifyReply): void {
  exchange.error = code
  if (reason !== undefined) {
    exchange.reason = reason
    reply.header('Grantbox-Reason', reason)
  }
  exchange.explanation = explanation
  reply.header('Grantbox-Explain', headerText(explanation))
}

/** Text as a header may carry it: what is not printable ASCII is percent-encoded (RFC 9110 §5.5). */
export function headerText(text: string): string {
  return text
    .slice(0, 1000)
    .toWellFormed()
    .replace(/[^\x20-\x7e]/gu, (character) => encodeURIComponent(character))
}
