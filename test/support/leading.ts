import { onTestFinished } from 'vitest'
import { systemClock } from '../../src/basics/clock.ts'
import { createCertificates } from '../../src/http/certificates/certificates.ts'
import { createListener } from '../../src/http/listener/listener.ts'
import { ForwardProxy, type ProxyOptions } from '../../src/proxy/proxy.ts'

/** The proxy alone on a port of its own, with no sandbox, and with limits that a server does not let one choose. */
export async function lead(options: Partial<ProxyOptions> = {}): Promise<string> {
  let port = 0
  const proxy = new ForwardProxy({
    mode: 'all',
    sandboxes: {
      find: () => undefined,
      reach: () => undefined,
      ownerOf: () => undefined,
      namedByPort: () => undefined,
      default: undefined,
      hostNames: () => [],
    },
    adminToken: undefined,
    now: () => systemClock.now(),
    ownUrls: [],
    listens: () => ({ addresses: ['127.0.0.1'], port }),
    allow: [],
    serve: (_request, response) => void response.end('ourselves'),
    answer: (_request, response) => void response.end('a sandbox'),
    ...options,
  })
  const listener = createListener({
    handler: (request, response) => proxy.forward(request, response),
    connect: (...asked) => proxy.connect(...asked),
    certificates: createCertificates({ clock: systemClock }),
  })
  port = (await listener.listen({ port: 0 })).port
  onTestFinished(() => listener.close({ graceMs: 0 }))
  return `http://localhost:${port}`
}
