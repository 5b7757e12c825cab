import { globSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

/** `docs/standards.md` says what is true: each row names tests that are there and are about it. */

const root = join(import.meta.dirname, '../..')
const page = await readFile(join(root, 'docs/standards.md'), 'utf8')
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| standard |') && !line.startsWith('| client |'))
  .map((line) => line.split('|').slice(1, -1))
  .map((cells) => cells.map((cell) => cell.trim()))
const standards = rows.filter((cells) => cells.length === 4).map(([name = '', , , tests = '']) => ({ name, tests }))
const unquoted = (cell: string) => cell.replaceAll('`', '')
const clients = rows
  .filter((cells) => cells.length === 3)
  .map(([name = '', , tests = '']) => ({ name: unquoted(name), tests: unquoted(tests) }))

/** What says what a judge of another language needs. */
const listOf: Readonly<Record<string, string>> = { Python: 'requirements.in', Java: 'pom.xml', Go: 'go.mod' }

const isJudge = (file: string) => file.startsWith('judges/')

const readOne = (file: string) => readFile(join(root, isJudge(file) ? '' : 'test', file), 'utf8')
const read = (tests: string) => Promise.all([...tests.matchAll(/`([^`]+)`/g)].map(([, file = '']) => readOne(file)))

/** As tests cite a standard: by its number, or by the words before what explains it. */
function citations(name: string): string[] {
  const numbers = name.match(/RFC \d+/g)
  return numbers ?? [name.replace(/ \(draft\)$| response mode$| authorization$/, '')]
}

describe.each(standards)('$name', ({ name, tests }) => {
  test('has tests, and one of them cites it', async () => {
    const sources = await read(tests)
    expect(sources.length).toBeGreaterThan(0)
    expect(citations(name).filter((one) => !sources.some((source) => source.includes(one)))).toEqual([])
  })

  test('names tests by their titles', async () => {
    const sources = await read(tests)
    for (const [, title = ''] of tests.matchAll(/“([^”]+)”/g))
      expect(
        sources.some((source) => source.includes(`'${title}'`)),
        title,
      ).toBe(true)
  })
})

test('every standard of authorization that the code cites has a row', async () => {
  const folder = join(root, 'src/oauth')
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.ts'))
  const source = (await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))).join('\n')
  // OAuth begins with RFC 6749; what is about names, URIs, HTTP, TLS, JSON and keys as such is no standard of authorization.
  const others = [7396, 7518, 7519, 7617, 7638, 7800, 8032, 8037, 8259, 9110, 9112]
  const cited = [...new Set([...source.matchAll(/RFC (\d+)/g)].map(([, number]) => Number(number)))]
  expect(cited.filter((number) => number >= 6749 && !others.includes(number) && !page.includes(`RFC ${number}`))).toEqual([])
})

test('every client is installed where its judge is, every judge has its row, and judges/ installs nothing else', async () => {
  const manifest = async (folder: string) => JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8'))
  const { devDependencies } = await manifest('.')
  const { dependencies } = await manifest('judges')
  for (const { name, tests } of clients) {
    const [, foreign = '', language = ''] = /^(.*) \((Python|Java|Go|Ruby)\)/.exec(name) ?? []
    // What is not installed here is judged where it is, and named by its judge.
    const lists = name.endsWith('where it is installed') ? [tests] : globSync(`judges/{,*/}*/${listOf[language]}`, { cwd: root })
    const needed = (await Promise.all(lists.map((list) => readFile(join(root, list), 'utf8')))).join('\n').toLowerCase()
    if (language !== '') expect(foreign.split(', ').filter((one) => !needed.includes(one.toLowerCase()))).toEqual([])
    else
      for (const one of name.split(', '))
        expect(isJudge(tests) ? { ...devDependencies, ...dependencies } : devDependencies).toHaveProperty([one])
    expect(await readOne(tests)).not.toBe('')
  }
  // The programs of the guide for unchanged clients are nobody's client.
  const judges = globSync('judges/{,*/}*.test.ts', { cwd: root }).filter((file) => !file.startsWith('judges/unchanged/'))
  const strictest = ['protocol/oauth4webapi.test.ts', 'protocol/openid-client.test.ts']
  expect(clients.map(({ tests }) => tests).sort()).toEqual([...judges, ...strictest].sort())
  const named = clients.flatMap(({ name }) => name.split(', '))
  // The sessions that middleware for Express asks its app to have.
  const theirs = ['express-session']
  const others = Object.keys(dependencies).filter((name) => !name.startsWith('@types/') && !named.includes(name))
  expect(others).toEqual(theirs)
})
