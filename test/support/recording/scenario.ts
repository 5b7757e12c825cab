import { readFileSync } from 'node:fs'
import { parse } from 'yaml'

/**
 * A list of requests to a vendor's server, as data. In every text of it `{name}` stands for what an earlier answer gave (`keep`), or for
 * one of the scenario's own `names`; `{totp}` is what an authenticator app shows that has the kept `totpSecret`,
 * and `{loopback}` is the server's address by its other name.
 */
export interface Scenario {
  /** What holds for the whole list. */
  names?: Record<string, string>
  /** Whether the order of an object's members is part of the answer; it is unless this says otherwise. */
  order?: false
  /** Headers that are looked at beside the usual ones. */
  headers?: string[]
  steps: Step[]
}

/** One request, and what is kept of its answer. */
export interface Step {
  it: string
  /** Method and path, `GET /realms/demo`; a form that is filled in needs none. */
  ask?: string
  headers?: Record<string, string>
  /** A list stands for a parameter that comes several times. */
  form?: Record<string, string | string[]>
  json?: unknown
  /** A file beside the scenario, as JSON body. */
  file?: string
  /** `id:secret`. */
  basic?: string
  bearer?: string
  /** The browser that asks: it keeps cookies, and follows redirects until a page comes or an address elsewhere. */
  browser?: string
  /** What that browser types into its page's first form before it sends it. */
  fill?: Record<string, string>
  /** What a user decides who was asked elsewhere (CIBA), before the request. */
  decide?: 'SUCCEED' | 'UNAUTHORIZED' | 'CANCELLED'
  /** The name under which the link of the last mail is kept, before the request. */
  mail?: string
  /** Seconds that pass before the request. */
  wait?: number
  /** Name → where it stands in the answer (`exchange.ts`). */
  keep?: Record<string, string>
  /** A step that makes what others need; its answer is not part of the recording. */
  silent?: true
  /** Why a twin's answer is another one on purpose. */
  differs?: string
}

/** Reads a scenario from its YAML file. */
export function readScenario(file: string): Scenario {
  return parse(readFileSync(file, 'utf8'))
}

/** A copy of anything of a scenario, with the names in its texts replaced. */
export function filledIn<T>(value: T, names: ReadonlyMap<string, string>): T {
  const text = (one: string) => one.replaceAll(/\{(\w+)\}/g, (all, name: string) => names.get(name) ?? all)
  const walk = (one: unknown): unknown => {
    if (typeof one === 'string') return text(one)
    if (Array.isArray(one)) return one.map(walk)
    if (typeof one === 'object' && one !== null)
      return Object.fromEntries(Object.entries(one).map(([key, inner]) => [text(key), walk(inner)]))
    return one
  }
  return walk(value) as T
}
