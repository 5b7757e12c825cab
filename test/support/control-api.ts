import type { InjectOptions } from 'fastify'
import { onTestFinished } from 'vitest'
import { systemClock } from '../../src/basics/clock.ts'
import { createControlApp } from '../../src/control/app.ts'
import type { ControlDeps } from '../../src/control/deps.ts'
import { iokids as vendor } from '../../src/providers/iokids/iokids.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { OwnPorts } from '../../src/sandbox/own-ports.ts'
import { Sandboxes } from '../../src/sandbox/sandboxes.ts'
import { Database } from '../../src/store/database/database.ts'
import { sandboxTable } from '../../src/store/sandbox-table.ts'

export type Json = Record<string, unknown>

/** A vendor without scopes, kinds of users and settings of its own, whose sandboxes start empty. */
const plain: Provider = {
  ...vendor,
  id: 'plain',
  name: 'Plain',
  own_settings: {},
  settings: {},
  scopes: [],
  world: { company: 'Plain Ltd', apps: [], users: [] },
}
export const providers = new Map([vendor, plain].map((one) => [one.id, one]))

/** A world of its own: the API over a database in memory, with the sandboxes `iokids` and `plain`. */
export async function start(given: Partial<ControlDeps> = {}) {
  const db = new Database(':memory:')
  const sandboxes = new Sandboxes(sandboxTable(db), providers, systemClock, 'iokids')
  sandboxes.declare()
  const errors: unknown[] = []
  const app = await createControlApp({
    sandboxes,
    ports: new OwnPorts({ sandboxes, onError: (error) => errors.push(error) }),
    clock: systemClock,
    version: '1.2.3',
    adminToken: undefined,
    settled: () => db.settled(),
    checkDatabase: () => db.check(),
    originOf: (request) => ({ scheme: 'http', host: request.headers.host ?? 'localhost' }),
    proxy: async () => ({ mode: 'known', hosts: sandboxes.hostNames(), refused: [] }),
    authority: async () => 'the certificate',
    declarations: {
      add: async (more) => sandboxes.declare(more),
      remove: async () => sandboxes.declare(),
      isAdded: () => false,
      isConfigured: () => false,
    },
    stopping: new AbortController().signal,
    onError: (error) => errors.push(error),
    ...given,
  })
  onTestFinished(async () => {
    await app.close()
    db.close()
  })
  const call = async (method: NonNullable<InjectOptions['method']>, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const response = await app.inject({
      method,
      url: `/_grantbox${path}`,
      headers: { host: 'localhost:9400', ...headers },
      ...(body !== undefined && { payload: body as Json }),
    })
    return { status: response.statusCode, headers: response.headers, text: response.body, body: parsed(response.body) }
  }
  const sandbox = sandboxes.default
  if (sandbox === undefined) throw new Error('no default sandbox')
  return { app, db, sandboxes, sandbox, errors, call }
}

function parsed(body: string): Json {
  return body === '' ? {} : JSON.parse(body)
}

export function at(value: unknown, ...path: (string | number)[]): unknown {
  return path.reduce<unknown>((inside, key) => (inside as Record<string | number, unknown>)[key], value)
}

export function sameNames(some: unknown, others: unknown): boolean {
  return JSON.stringify([...(some as string[])].sort()) === JSON.stringify([...(others as string[])].sort())
}

export const iokids = '/sandboxes/iokids'
