import { join } from 'node:path'
import { expect, test } from 'vitest'
import { spawnModule } from '../support/command-line.ts'

const logger = join(import.meta.dirname, '../../src/start/logger.ts')

/** The lines that a program writes with a logger of that level. */
async function written(level: string, statements: string): Promise<Record<string, unknown>[]> {
  const program = `import { createLogger } from ${JSON.stringify(logger)}; const logger = createLogger('${level}'); ${statements}`
  const { code, stdout, stderr } = await spawnModule(program).ended
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
  return stderr
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}

test('writes to stderr what is at least as severe as its level, in order, and what is bound to it', async () => {
  const lines = await written(
    'warn',
    `logger.error({ err: new TypeError('no') }, 'first'); logger.info('not this'); logger.child({ part: 'a' }).warn('second'); logger.debug('nor this')`,
  )
  expect(lines).toMatchObject([
    { level: 50, msg: 'first', err: { type: 'TypeError', message: 'no', stack: expect.any(String) } },
    { level: 40, msg: 'second', part: 'a' },
  ])
})

test('writes nothing when it is silent', async () => {
  expect(await written('silent', `logger.fatal('no'); logger.child({}).error('no')`)).toEqual([])
})
