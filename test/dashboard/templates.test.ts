import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { menu, outside } from '../../src/dashboard/registry.ts'
import { sourceFiles } from '../support/source.ts'

/** Pages and templates of the dashboard belong together: a page is defined beside its route, with the name of its template. */

const sections = menu.flatMap((group) => group.sections)
const folder = join(import.meta.dirname, '../../views/dashboard')
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => path.replaceAll('\\', '/'))
const templates = files.filter((path) => path.endsWith('.eta')).map((path) => path.slice(0, -'.eta'.length))
const source = sourceFiles().filter(({ path }) => path.startsWith('src/dashboard/'))

/** The names with which `page()` or `partial()` is called. */
function definedBy(definition: 'page' | 'partial'): string[] {
  const pattern = new RegExp(`^(?:export )?const \\w+ = ${definition}<[\\s\\S]*?>\\(\\s*'([^']+)'`, 'gm')
  return source.flatMap(({ text }) => [...text.matchAll(pattern)].map(([, name = '']) => name))
}

/** What templates are made of: layouts and partials, from the folder of the dashboard. */
const included = templates.flatMap((name) =>
  [...readFileSync(join(folder, `${name}.eta`), 'utf8').matchAll(/\b(?:layout|include)\('\.\/([^']+)'/g)].map(([, part = '']) =>
    join(name, '..', part).replaceAll('\\', '/'),
  ),
)

test('each page has a template, and no two pages have the same', () => {
  const pages = definedBy('page')
  expect(pages).toEqual(expect.arrayContaining(['home', 'apps', 'user-form', 'confirm']))
  expect(pages.filter((name) => !templates.includes(name))).toEqual([])
  expect([...new Set(pages)]).toEqual(pages)
})

test('each template is drawn as a page or is part of others', () => {
  const used = new Set([...definedBy('page'), ...definedBy('partial'), ...included])
  expect(templates.filter((name) => !used.has(name))).toEqual([])
  expect([...used].filter((name) => !templates.includes(name))).toEqual([])
})

test('each part whose forms say something lists it, under names that no other part has', () => {
  const parts = [...outside, ...sections.flatMap((section) => section.parts)]
  const names = parts.flatMap((part) => Object.keys(part.notices ?? {}))
  expect([...new Set(names)]).toEqual(names)
  expect(parts.filter((part) => part.notices !== undefined)).toHaveLength(
    source.filter(({ text }) => text.includes(' = noticesOf(')).length,
  )
})

test('each entry of the menu has an icon', () => {
  expect(sections.filter(({ entry, parts }) => entry !== undefined && parts[0].icon === undefined)).toEqual([])
})
