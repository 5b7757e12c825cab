import { relative } from 'node:path'
import { expect, test } from 'vitest'
import { manualPages } from '../../scripts/manual.ts'

const pages = (await manualPages()).map((page) => ({ ...page, name: relative('.', page.path) }))

test.each(pages)('the tables of $name are as the program has them; `npm run docs` writes them', ({ before, after }) => {
  expect(before).toBe(after)
})
