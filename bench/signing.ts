import { generateKeyPairSync, sign } from 'node:crypto'
import { availableParallelism } from 'node:os'

const data = Buffer.alloc(300, 'x')

/** How many RS256 signatures the machine makes in a second when it does nothing else, on all its cores, and the CPU µs of each. */
export async function rs256Alone(seconds: number): Promise<{ perSecond: number; cpu: number }> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const end = performance.now() + seconds * 1000
  const before = process.cpuUsage()
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
  const { user, system } = process.cpuUsage(before)
  return { perSecond: made / seconds, cpu: (user + system) / made }
}
