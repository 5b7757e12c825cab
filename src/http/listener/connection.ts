import type { Socket } from 'node:net'

/** Where a connection carries its number; a WeakMap of as many entries keeps the garbage collector busy. */
const key = Symbol('connection')

interface Numbered extends Socket {
  [key]?: number
}

let last = 0

/** Gives a connection its number, one more than that of the last one over all ports. */
export function number(socket: Numbered): void {
  socket[key] = ++last
}

/** The number of a connection; undefined for what the listener did not take. */
export function connectionOf(socket: Numbered): number | undefined {
  return socket[key]
}
