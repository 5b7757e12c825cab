import { afterAll, describe, expect, test } from 'vitest'
import { startGrantbox } from '../../src/index.ts'
import { readGuide, runExample } from '../support/guide.ts'

const guide = await readGuide('tokens.md')
const box = await startGrantbox({ provider: 'standard' })
afterAll(() => box.close())

describe.each(guide.examples)('$title', (example) => {
  test('is as the guide says', async () => {
    await runExample(example, guide, box, await box.createSandbox())
  })

  test('is so because of the settings and keys alone', async () => {
    const sandbox = await box.createSandbox()
    const nothing = async () => ({}) as never
    const deaf = { ...sandbox, update: nothing, keys: { ...sandbox.keys, add: nothing } }
    await expect(runExample(example, guide, box, deaf)).rejects.toThrow()
  })
})
