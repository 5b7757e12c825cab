import { expect, test } from 'vitest'
import { spawnModule } from './command-line.ts'

test('a log line goes to stderr, so that stdout has what the program was asked for alone', async () => {
  const child = spawnModule(`
    import { createLogger } from '${new URL('../src/logger.ts', import.meta.url).href}'
    const logger = createLogger('warn')
    logger.info('too little')
    logger.child({ part: 'x' }).error({ err: new Error('broken') }, 'something failed')`)
  const { stdout, stderr } = await child.ended
  expect(stdout).toBe('')
  expect(JSON.parse(stderr)).toMatchObject({ level: 50, part: 'x', msg: 'something failed', err: { message: 'broken' } })
})
