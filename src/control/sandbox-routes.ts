import type { FastifyReply, FastifyRequest, FastifySchema, HTTPMethods, RouteShorthandOptions } from 'fastify'
import { z } from 'zod'
import { after, type MaybePromise } from '../basics/maybe-promise.ts'
import type { Addresses } from '../sandbox/addresses.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { addressesOf } from './addresses.ts'
import type { ControlDeps, Resource } from './deps.ts'
import { sandboxNamed, spaceMentioned } from './input/lookup.ts'
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
  /** For routes that are about one of the sandbox's spaces: the one that the query or the body names, else its first. */
  inSpace: Pick<SandboxRoutes, 'get' | 'put' | 'patch' | 'post' | 'create' | 'remove'>
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
    const routesOf = (inSpace: boolean) => {
      const route = (method: HTTPMethods, status: number): AddRoute => {
        return (path, summary, { answer, options, query, ...schemas }, handle) => {
          const querystring = inSpace ? withSpace(query) : query
          const schema: FastifySchema = {
            tags: [tag],
            summary,
            params: paramsOf(path),
            ...(querystring !== undefined && { querystring }),
            ...schemas,
            response: { [status]: answer, default: refusal },
          }
          const handler = (request: FastifyRequest, reply: FastifyReply) => {
            reply.code(status)
            return after(sandboxOf(request, deps, inSpace), (sandbox) => {
              const answered = handle(callOf(sandbox, request, reply, deps, inSpace))
              return inSpace ? after(answered, (shown) => tellSpace(shown, sandbox)) : answered
            })
          }
          const preValidation = inSpace ? { preValidation: takeSpace } : {}
          app.route({ method, url: `/sandboxes/:sandbox${path}`, ...options, ...preValidation, schema, handler })
        }
      }
      // The framework sends by itself what an async handler leaves unsent, and would send it twice.
      const remove: SandboxRoutes['remove'] = (path, summary, handle, gone = 'It is gone.') => {
        route('DELETE', 204)(path, summary, { answer: z.undefined().describe(gone) }, async (call) => {
          await handle(call)
          return undefined
        })
      }
      const [get, put, patch, post] = [route('GET', 200), route('PUT', 200), route('PATCH', 200), route('POST', 200)]
      return { get, put, patch, post, create: route('POST', 201), remove }
    }
    add({ ...routesOf(false), inSpace: routesOf(true) }, deps)
  }
}

const spaceQuery = {
  space: z
    .string()
    .optional()
    .describe("Which of the vendor's spaces (a realm, a pool, a tenant), also as a member of the body; the first when absent."),
}

function withSpace(query: z.ZodType | undefined): z.ZodType {
  return query instanceof z.ZodObject ? query.extend(spaceQuery) : z.strictObject(spaceQuery)
}

/** A body that names a space says it for the request as a whole. */
function takeSpace(request: FastifyRequest, _reply: FastifyReply, done: () => void): void {
  const { body } = request
  if (typeof body === 'object' && body !== null && 'space' in body) {
    const { space, ...rest } = body
    Object.assign(request.query as object, { space })
    request.body = rest
  }
  done()
}

/** What is shown of a space says which. */
function tellSpace(shown: unknown, { space }: Sandbox): unknown {
  if (space === '' || typeof shown !== 'object' || shown === null) return shown
  if ('items' in shown && Array.isArray(shown.items)) return { ...shown, items: shown.items.map((one) => ({ ...one, space })) }
  return 'created_at' in shown ? { ...shown, space } : shown
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

function sandboxOf({ params, query }: FastifyRequest, { sandboxes }: ControlDeps, inSpace: boolean): MaybePromise<Sandbox> {
  return after(sandboxNamed((params as { sandbox: string }).sandbox, sandboxes), (sandbox) =>
    inSpace ? spaceMentioned((query as { space?: string }).space, sandbox) : sandbox,
  )
}

/** The schemas of the route have made of the request what its types say. */
function callOf<Path extends string, Query, Body>(
  sandbox: Sandbox,
  request: FastifyRequest,
  reply: FastifyReply,
  deps: ControlDeps,
  inSpace: boolean,
): Call<Path, Query, Body> {
  const { space: _, ...query } = request.query as { space?: string }
  return {
    sandbox,
    params: request.params as Call<Path, Query, Body>['params'],
    query: (inSpace ? query : request.query) as Query,
    body: request.body as Body,
    request,
    reply,
    get addresses() {
      return addressesOf(sandbox, request.raw, deps)
    },
  }
}
