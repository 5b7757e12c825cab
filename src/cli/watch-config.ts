import { watch } from 'node:fs'
import { basename, dirname } from 'node:path'

/** How long a file must rest before it is read: editors write in several steps. */
const restMs = 100

/**
 * Calls back when a file was changed or replaced, never twice at a time.
 * @returns ends the watching
 */
export function watchFile(path: string, changed: () => Promise<void>): () => void {
  const name = basename(path)
  let timer: NodeJS.Timeout | undefined
  let running = Promise.resolve()
  // The folder, because editors put a new file in the old one's place.
  const watcher = watch(dirname(path), { persistent: false }, (_event, which) => {
    if (which !== null && which !== name) return
    clearTimeout(timer)
    timer = setTimeout(() => {
      running = running.then(changed)
    }, restMs)
  })
  watcher.on('error', () => watcher.close())
  return () => {
    clearTimeout(timer)
    watcher.close()
  }
}
