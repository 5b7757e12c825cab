import { setFlagsFromString } from 'node:v8'

/** The versions of V8 in which these flags are known to be read at each collection; another one would complain of what it lacks. */
const versions = /^1[2-4]\./

/**
 * Holds the heap small from now on, when the program's own objects are there. Left to itself V8 lets its young generation grow to
 * 128 MB under load, for a tenth less time per request; it stays as large as the start made it, and the old one is collected
 * when it has doubled. Who gave Node.js a size for it (`--max-semi-space-size`) is not overruled.
 */
export function holdHeapSmall(given: readonly string[], v8: string = process.versions.v8): void {
  if (!versions.test(v8) || given.some((option) => option.includes('semi-space'))) return
  setFlagsFromString('--semi-space-growth-factor=1')
  setFlagsFromString('--heap-growing-percent=100')
}
