import { expect, test } from 'vitest'
import { spawnModule } from './command-line.ts'

/** What V8's young generation has grown to, in megabytes, after much came and some of it stayed for a while. */
async function youngGeneration(statements: string): Promise<number> {
  const child = spawnModule(`
    import { getHeapSpaceStatistics } from 'node:v8'
    import { holdHeapSmall } from '${new URL('../src/cli/heap.ts', import.meta.url).href}'
    ${statements}
    const kept = Array.from({ length: 20_000 })
    for (let i = 0; i < 2_000_000; i++) kept[i % kept.length] = { text: 'x' + i, list: [i, i, i, i] }
    console.log(getHeapSpaceStatistics().find((space) => space.space_name === 'new_space').space_size / 2 ** 20)`)
  const { stdout, stderr } = await child.ended
  expect(stderr).toBe('')
  return Number(stdout)
}

test('the young generation stays as it was at the start, unless Node.js was given a size for it or its V8 is not known', async () => {
  const held = await youngGeneration('holdHeapSmall([])')
  const free = await youngGeneration('')
  expect(held).toBeLessThan(free / 2)
  expect(await youngGeneration("holdHeapSmall(['--max-semi-space-size=64'])")).toBe(free)
  expect(await youngGeneration("holdHeapSmall([], '99.1')")).toBe(free)
})
