import { generateKeyPairSync, sign } from 'node:crypto'
import { availableParallelism } from 'node:os'

const data = Buffer.alloc(300, 'x')

/** How many RS256 signatures the machine makes in a second when it does nothing else: the thread pool uses every core. */
export async function rs256PerSecond(seconds: number): Promise<number> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const end = performance.now() + seconds * 1000
  let made = 0
  const signOnAndOn = async () => {
    while (performance.now() < end) {
      await new Promise<void>((resolve, reject) =>
        sign('sha256', data, privateKey, (error) => (error === null ? resolve() : reject(error))),
      )
      made++
    }
  }
  await Promise.all(Array.from({ length: 2 * availableParallelism() }, signOnAndOn))
  return made / seconds
}
