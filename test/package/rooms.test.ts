import { posix } from 'node:path'
import { describe, expect, test } from 'vitest'
import { sourceFiles } from '../support/source.ts'

/**
 * Who imports whom in `src/`. An import of types counts: a circle of types is a circle for the reader, and neither the compiler nor the
 * linter's rule sees it.
 */

/** Each row may import those below it, and its own. */
const floors: readonly (readonly string[])[] = [
  ['cli', 'index.ts'],
  ['library'],
  ['start'],
  ['dashboard'],
  ['control'],
  ['proxy'],
  ['http', 'store', 'config'],
  ['exam'],
  ['sandbox'],
  ['providers'],
  ['oauth'],
  ['basics'],
]

/** The same within `oauth/`. */
const protocolFloors: readonly (readonly string[])[] = [
  ['endpoints'],
  ['authorization'],
  ['grants'],
  ['deferred'],
  ['users'],
  ['tokens'],
  ['proof'],
  ['clients', 'faults'],
  ['realm'],
  ['storage'],
  ['model'],
  ['jose'],
]

interface Arrow {
  from: string
  to: string
}

const arrows: readonly Arrow[] = sourceFiles().flatMap(({ path, text }) =>
  [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'(\.[^']+)'/g)].map(([, to = '']) => ({
    from: path.slice('src/'.length),
    to: posix.join(posix.dirname(path), to).slice('src/'.length),
  })),
)

/** Circles of files, each as the files that reach one another. */
function circles(all: readonly Arrow[]): string[][] {
  const next = new Map<string, string[]>()
  for (const { from, to } of all) next.set(from, [...(next.get(from) ?? []), to])
  const found: string[][] = []
  const state = new Map<string, 'open' | 'done'>()
  const visit = (file: string, way: readonly string[]) => {
    if (state.get(file) === 'done') return
    if (state.get(file) === 'open') {
      found.push([...way.slice(way.indexOf(file)), file])
      return
    }
    state.set(file, 'open')
    for (const to of next.get(file) ?? []) visit(to, [...way, file])
    state.set(file, 'done')
  }
  for (const file of next.keys()) visit(file, [])
  return found
}

/** Arrows that go up, or to where no floor is. */
function upward(all: readonly Arrow[], rows: typeof floors, roomOf: (file: string) => string | undefined): string[] {
  const floorOf = new Map(rows.flatMap((row, floor) => row.map((room) => [room, floor] as const)))
  return all.flatMap(({ from, to }) => {
    const [above, below] = [roomOf(from), roomOf(to)]
    if (above === undefined || below === undefined || above === below) return []
    const [a, b] = [floorOf.get(above), floorOf.get(below)]
    if (a === undefined || b === undefined) return [`${a === undefined ? above : below} has no floor`]
    return a < b ? [] : [`${from} → ${to}`]
  })
}

const room = (file: string) => file.split('/')[0]
const protocolRoom = (file: string) => (file.startsWith('oauth/') ? file.split('/')[1] : undefined)

test('there are imports to look at, of types and at run time too', () => {
  expect(arrows.length).toBeGreaterThan(1500)
  expect(arrows).toContainEqual({ from: 'oauth/realm/context.ts', to: 'oauth/storage/store.ts' })
  expect(arrows).toContainEqual({ from: 'start/server.ts', to: 'control/app.ts' })
})

test('no circle, types included', () => {
  expect(circles(arrows)).toEqual([])
})

test('a circle would be found', () => {
  const [a, b, c] = ['a.ts', 'b.ts', 'c.ts']
  const ring = [
    { from: a, to: b },
    { from: b, to: c },
    { from: c, to: a },
  ]
  expect(circles(ring)).toEqual([['a.ts', 'b.ts', 'c.ts', 'a.ts']])
})

describe('none goes up', () => {
  test('from room to room', () => {
    expect(upward(arrows, floors, room)).toEqual([])
  })

  test('within the protocol', () => {
    expect(upward(arrows, protocolFloors, protocolRoom)).toEqual([])
  })

  test('and one that did would be found', () => {
    expect(upward([{ from: 'oauth/model/errors.ts', to: 'http/errors.ts' }], floors, room)).toEqual([
      'oauth/model/errors.ts → http/errors.ts',
    ])
  })
})

describe('each room says what lives there and what does not', () => {
  const says = /^\/\*\*\n \* In this room: [\s\S]+?\n \* Elsewhere: [\s\S]+?\*\/\n\n/
  const files = sourceFiles()
  const roomsOf = (some: typeof files) =>
    [...new Set(some.map(({ path }) => posix.dirname(path)))].filter((folder) => folder !== 'src').sort()

  test('at the top of one file, the one to open first', () => {
    const heads = files.filter(({ text }) => says.test(text))
    expect(roomsOf(heads)).toEqual(roomsOf(files))
    expect(heads).toHaveLength(roomsOf(heads).length)
  })
})
