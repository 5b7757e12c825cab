import { afterAll, expect, test } from 'vitest'
import { startGrantbox } from '../../src/index.ts'
import { readGuide, runExample } from '../support/guide.ts'

const guide = await readGuide('README.md')
const box = await startGrantbox({ provider: 'standard' })
afterAll(() => box.close())

test.each(guide.examples)('$title', async (example) => {
  await runExample(example, guide, box, await box.createSandbox())
})

test('has examples', () => {
  expect(guide.examples.length).toBeGreaterThan(7)
})
