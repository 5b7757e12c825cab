import type { FastifyReply, FastifyRequest, FastifySchema, HTTPMethods, RouteShorthandOptions } from 'fastify'
import { z } from 'zod'
import { after, type MaybePromise } from '../basics/maybe-promise.ts'
import type { Addresses } from '../sandbox/addresses.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { addressesOf } from './addresses.ts'
import type { ControlDeps, Resource } from './deps.ts'
import { sandboxNamed } from './input/lookup.ts'
import { refusal } from './schemas.ts'

/** A request about a sandbox, checked. */
interface Call<Path extends string, Query, Body> {
  readonly sandbox: Sandbox
  /** Where the sandbox is, for whoever asks. */
  readonly addresses: Addresses
  readonly params: Readonly<Record<NamesIn<Path>, string>>
  readonly query: Query
  readonly body: Body
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

/** What a path names: `app` in `/apps/:app`. */
type NamesIn<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | NamesIn<`/${Rest}`>
  : Path extends `${string}:${infer Name}`
    ? Name
    : never

/** An answer that is no JSON. */
interface TextAnswer {
  description: string
  content: Record<string, { schema: z.ZodString }>
}

type Answer = z.ZodType | TextAnswer

/** What a route says of itself beside its path. */
interface Spec<Q extends z.ZodType, B extends z.ZodType, A extends Answer> {
  query?: Q
  body?: B
  headers?: z.ZodType
  answer: A
  options?: Pick<RouteShorthandOptions, 'bodyLimit' | 'serializerCompiler'>
}

type AddRoute = <Path extends string, Q extends z.ZodType, B extends z.ZodType, A extends Answer>(
  path: Path,
  summary: string,
  spec: Spec<Q, B, A>,
  handle: (call: Call<Path, z.output<Q>, z.output<B>>) => MaybePromise<A extends z.ZodType ? z.input<A> : string | undefined>,
) => void

/** Adds routes below `/sandboxes/{sandbox}`. */
interface SandboxRoutes {
  get: AddRoute
  put: AddRoute
  patch: AddRoute
  post: AddRoute
  /** A POST that is answered with 201. */
  create: AddRoute
  /** A DELETE that is answered with 204. @param gone what that means */
  remove<Path extends string>(
    path: Path,
    summary: string,
    handle: (call: Call<Path, unknown, unknown>) => MaybePromise<void>,
    gone?: string,
  ): void
}

/**
 * Defines a resource by its routes: each finds its sandbox and checks what came before the handler sees it.
 * @param tag under which the API's description has them
 */
export function sandboxRoutes(tag: string, add: (routes: SandboxRoutes, deps: ControlDeps) => void): Resource {
  return (app, deps) => {
    const route = (method: HTTPMethods, status: number): AddRoute => {
      return (path, summary, { answer, options, query, ...schemas }, handle) => {
        const schema: FastifySchema = {
          tags: [tag],
          summary,
          params: paramsOf(path),
          ...(query !== undefined && { querystring: query }),
          ...schemas,
          response: { [status]: answer, default: refusal },
        }
        const handler = (request: FastifyRequest, reply: FastifyReply) => {
          reply.code(status)
          return after(sandboxOf(request, deps), (sandbox) => handle(callOf(sandbox, request, reply, deps)))
        }
        app.route({ method, url: `/sandboxes/:sandbox${path}`, ...options, schema, handler })
      }
    }
    const remove: SandboxRoutes['remove'] = (path, summary, handle, gone = 'It is gone.') => {
      route('DELETE', 204)(path, summary, { answer: z.undefined().describe(gone) }, (call) =>
        after(handle(call), () => void call.reply.send()),
      )
    }
    const routes = { get: route('GET', 200), put: route('PUT', 200), patch: route('PATCH', 200), post: route('POST', 200) }
    add({ ...routes, create: route('POST', 201), remove }, deps)
  }
}

/** An answer that is a text of some media type. */
export function textAnswer(type: string, description: string): TextAnswer {
  return { description, content: { [type]: { schema: z.string() } } }
}

const meanings: Readonly<Record<string, string>> = { app: 'Its id or its exact name.' }

function paramsOf(path: string): z.ZodType {
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => name)
  const described = names.map((name) => [name, meanings[name] === undefined ? z.string() : z.string().describe(meanings[name])])
  return z.object({ sandbox: z.string(), ...Object.fromEntries(described) })
}

function sandboxOf({ params }: FastifyRequest, { sandboxes }: ControlDeps): MaybePromise<Sandbox> {
  return sandboxNamed((params as { sandbox: string }).sandbox, sandboxes)
}

/** The schemas of the route have made of the request what its types say. */
function callOf<Path extends string, Query, Body>(
  sandbox: Sandbox,
  request: FastifyRequest,
  reply: FastifyReply,
  deps: ControlDeps,
): Call<Path, Query, Body> {
  return {
    sandbox,
    params: request.params as Call<Path, Query, Body>['params'],
    query: request.query as Query,
    body: request.body as Body,
    request,
    reply,
    get addresses() {
      return addressesOf(sandbox, request.raw, deps)
    },
  }
}
