import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { DevTools } from '../../src/exam/browser/devtools.ts'

test('a browser that does not answer is waited for no longer than its patience', async () => {
  const [to, from] = [new PassThrough(), new PassThrough()]
  const devtools = new DevTools(to, from, 100)
  await expect(devtools.send('Runtime.evaluate')).rejects.toThrow('the browser did not answer Runtime.evaluate within 0.1 s')
  const second = devtools.send('Runtime.evaluate')
  for (const [id, value] of [
    [1, 'late'],
    [2, 'in time'],
  ])
    from.write(`${JSON.stringify({ id, result: { value } })}\0`)
  expect(await second).toEqual({ value: 'in time' })
})
