import { type ServerResponse, STATUS_CODES } from 'node:http'
import { headerText } from '../http/errors.ts'

/** Why somebody is not led to where he wants; the message is for the developer. */
export class ProxyRefusal extends Error {
  override readonly name = 'ProxyRefusal'
  readonly status: number

  constructor(status: number, message: string, cause?: unknown) {
    super(message, { cause })
    this.status = status
  }

  /** As OAuth's errors are written. */
  get error(): string {
    return errors[this.status] ?? 'temporarily_unavailable'
  }

  get body(): string {
    return JSON.stringify({ error: this.error, error_description: this.message })
  }
}

const errors: Record<number, string> = {
  400: 'invalid_request',
  403: 'access_denied',
  404: 'not_found',
  407: 'proxy_authentication_required',
  421: 'invalid_request',
}

/** Whatever went wrong, as it is told; what is no refusal stays inside. */
export function toRefusal(error: unknown): ProxyRefusal {
  return error instanceof ProxyRefusal ? error : new ProxyRefusal(502, 'The proxy failed', error)
}

function headersOf({ status, message, body }: ProxyRefusal): Record<string, string> {
  return {
    'Content-Type': 'application/json',
    'Content-Length': String(Buffer.byteLength(body)),
    'Cache-Control': 'no-store',
    'Grantbox-Explain': headerText(message),
    Connection: 'close',
    ...(status === 407 && { 'Proxy-Authenticate': 'Basic realm="grantbox"' }),
  }
}

export function answerRefusal(response: ServerResponse, refusal: ProxyRefusal): void {
  response.writeHead(refusal.status, headersOf(refusal)).end(refusal.body)
}

/** The same as bytes, for a connection that node:http has let go. */
export function refusalText(refusal: ProxyRefusal): string {
  const lines = Object.entries(headersOf(refusal)).map(([name, value]) => `${name}: ${value}`)
  return [`HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}`, ...lines, '', refusal.body].join('\r\n')
}
