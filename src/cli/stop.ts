import type { Writable } from 'node:stream'

/** What a shell reports for a process that a signal ended: 128 and the signal's number. */
const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const
type Signal = keyof typeof exitCodes

/** npm hands a terminal's Ctrl-C on to its child, which has it already: a second signal this soon is the first one's echo. */
const echoMs = 300

/**
 * Resolves after SIGINT or SIGTERM, once `close` is done; a second signal ends the process at once.
 * Call it before anyone is told that grantbox listens.
 */
export function untilStopped(close: () => Promise<void>, stderr: Writable): Promise<void> {
  return new Promise((resolve, reject) => {
    let stopping = false
    let impatient = false
    const onSignal = (signal: Signal) => {
      if (impatient) process.exit(exitCodes[signal])
      if (stopping) return
      stopping = true
      const timer = setTimeout(() => {
        impatient = true
        stderr.write('Finishing the requests in flight; the same signal again stops at once.\n')
      }, echoMs)
      close()
        .finally(() => clearTimeout(timer))
        .then(resolve, reject)
    }
    for (const signal of Object.keys(exitCodes)) process.on(signal, onSignal)
  })
}
