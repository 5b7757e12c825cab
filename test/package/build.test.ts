import { SourceMap } from 'node:module'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { asAscii } from '../../scripts/ascii.ts'

describe('a script without characters beyond ASCII', () => {
  test('means the same', () => {
    const code = "[`§ 4.6`, '…', /^[é-ü]$/.test('ö'), /^.$/u.test('😀'), '😀']"
    const ascii = asAscii(code, '')
    expect(ascii.code).toMatch(/^[\0-\x7f]+$/)
    expect(JSON.stringify(runInNewContext(ascii.code))).toBe(JSON.stringify(['§ 4.6', '…', true, true, '😀']))
  })

  test('keeps its source map', () => {
    // Three names in a line, of the columns 0, 6 and 20 of the source, and one in the line after it.
    const mappings = 'AAAA,MAAM,cAAc;AACd'
    const lines = ["a;'§…';b;'a long text';c", 'd']
    const columns = [0, 6, 20]
    const map = (text: string) =>
      new SourceMap({ version: 3, file: '', sources: ['x'], names: [], sourceRoot: '', sourcesContent: [], mappings: text })
    const before = map(mappings)
    const ascii = asAscii(lines.join('\n'), mappings)
    const after = map(ascii.mappings)
    for (const [index, column] of columns.entries()) {
      const moved = index === 0 ? 0 : column + 10
      expect(after.findEntry(0, moved)).toMatchObject({ ...before.findEntry(0, column), generatedColumn: moved })
    }
    expect(after.findEntry(1, 0)).toEqual(before.findEntry(1, 0))
  })
})
