import { iokids } from './iokids/iokids.ts'
import type { Provider } from './provider.ts'
import { standard } from './standard/standard.ts'

/** The built-in providers by name; the first is the default one. */
export const providers: ReadonlyMap<string, Provider> = new Map([iokids, standard].map((one) => [one.id, one]))
