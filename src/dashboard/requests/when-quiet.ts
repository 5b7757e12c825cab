/** Work that waits until nothing more happens. */
export interface WhenQuiet {
  /** Something happened. */
  touch(): void
  stop(): void
}

/**
 * Does work when nothing has happened for a while, or as late as that while things go on happening.
 * @param quiet milliseconds
 * @param latest milliseconds after the first that happened
 */
export function whenQuiet(work: () => void, quiet: number, latest: number): WhenQuiet {
  let timer: NodeJS.Timeout | undefined
  let first = 0
  return {
    touch() {
      const now = performance.now()
      if (timer === undefined) first = now
      clearTimeout(timer)
      timer = setTimeout(
        () => {
          timer = undefined
          work()
        },
        Math.max(0, Math.min(quiet, first + latest - now)),
      )
    },
    stop: () => clearTimeout(timer),
  }
}
