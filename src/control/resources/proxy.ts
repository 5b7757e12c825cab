import { z } from 'zod'
import { proxyAutoConfiguration } from '../../proxy/pac.ts'
import { proxyModes } from '../../proxy/way.ts'
import type { Resource } from '../deps.ts'
import { textAnswer } from '../sandbox-routes.ts'
import { refusal, rfc3339, time } from '../schemas.ts'

const report = z
  .object({
    mode: z.enum(proxyModes).describe('`known` answers hosts of sandboxes and refuses others, `all` leads to others, `off` is no proxy.'),
    hosts: z.array(z.string()).describe('The hosts that are answered here; `*.` stands for one name below.'),
    refused: z
      .array(z.object({ host: z.string(), port: z.number(), count: z.int().describe('How often it was asked for.'), last: time }))
      .describe('The hosts that were refused, the last one first.'),
  })
  .meta({ id: 'Proxy' })

/** What grantbox does as the proxy that clients ask for their vendor's host. */
export const proxy: Resource = (app, deps) => {
  const tags = ['server']
  app.get(
    '/proxy',
    { schema: { tags, summary: 'Which hosts the proxy answers, and which it refused', response: { 200: report, default: refusal } } },
    async () => {
      const { mode, hosts, refused } = await deps.proxy()
      return { mode, hosts: [...hosts], refused: refused.map((one) => ({ ...one, last: rfc3339(one.last) })) }
    },
  )

  const answer = textAnswer('application/x-ns-proxy-autoconfig', 'For browsers: the hosts of sandboxes by this proxy, all others directly.')
  app.get(
    '/proxy.pac',
    { schema: { tags, summary: 'A proxy auto-configuration file', security: [], response: { 200: answer, default: refusal } } },
    async (request, reply) => {
      reply.type('application/x-ns-proxy-autoconfig')
      return proxyAutoConfiguration((await deps.proxy()).hosts, deps.originOf(request.raw).host)
    },
  )

  const certificate = textAnswer('application/pem-certificate-chain', 'As PEM.')
  app.get(
    '/ca.pem',
    {
      schema: {
        tags,
        summary: 'The certificate of the authority, to be trusted',
        security: [],
        response: { 200: certificate, default: refusal },
      },
    },
    (_request, reply) => {
      reply.type('application/pem-certificate-chain')
      return deps.authority()
    },
  )
}
