import type { Provider } from '../providers/provider.ts'

/** What a new sandbox may say of itself. */
export interface NewSandbox {
  /** Made up when absent. */
  name?: string | undefined
  provider: Provider
  company?: string | undefined
  hosts?: readonly string[] | undefined
  /** A port to itself; 0 takes a free one, null is none. */
  port?: number | null | undefined
  settings?: Readonly<Record<string, unknown>> | undefined
  /** Whether it starts with the provider's preloaded world; true when absent. */
  seed?: boolean | undefined
}

/** What may change of a sandbox; a setting that is null goes back to what its provider says. */
export interface SandboxChange {
  company?: string | undefined
  hosts?: readonly string[] | undefined
  /** 0 keeps the one that it has, or else takes a free one. */
  port?: number | null | undefined
  settings?: Readonly<Record<string, unknown>> | undefined
}
