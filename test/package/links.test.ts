import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { anchorsOf, linksOf, sectionsOf } from '../support/markdown.ts'

/** The manual leads where it says, and what its index by task leads to is executed. */

const root = join(import.meta.dirname, '../..')
const docs = join(root, 'docs')
const pages = [...globSync('*.md', { cwd: root }), ...globSync('{docs,examples,judges}/*.md', { cwd: root })]

/** Sections without a block of their own that a test runs: who does it instead. */
const executedElsewhere: Readonly<Record<string, string>> = {
  'docs/control-api.md#the-control-api': 'package/readme.test.ts',
  'docs/docker.md#the-app-in-a-container': 'package/docker-guide.test.ts',
  'docs/docker.md#without-a-config-file': 'package/docker-guide.test.ts',
  'docs/host-names.md#in-docker-compose': 'http/vendor-hosts.test.ts',
  'docs/postman.md#the-vendors-postman-guide-on-localhost': 'vendors/guide.test.ts',
  'docs/providers.md#own-spaces': 'vendors/own-spaces.test.ts',
  'docs/providers.md#a-complete-example': 'vendors/declared-provider.test.ts',
  'docs/providers.md#documents': 'vendors/declared-guide.test.ts',
  'docs/providers.md#hosts': 'vendors/declared-guide.test.ts',
  'docs/providers.md#redirects': 'vendors/declared-guide.test.ts',
  'docs/providers.md#requests': 'vendors/declared-guide.test.ts',
  'docs/providers.md#spaces': 'vendors/declared-guide.test.ts',
  'docs/providers.md#users': 'vendors/declared-guide.test.ts',
  'docs/proxies.md#nginx': 'package/proxies-guide.test.ts',
  'docs/proxies.md#traefik': 'package/proxies-guide.test.ts',
  'docs/proxies.md#kubernetes-ingress': 'package/proxies-guide.test.ts',
  'docs/scale.md#nginx': 'package/scale-guide.test.ts',
  'docs/scale.md#moving-sandboxes': 'package/scale-guide.test.ts',
  'docs/scale.md#kubernetes': 'package/scale-guide.test.ts',
  'docs/settings.md#flags-of-the-start': 'package/manual.test.ts',
  'docs/settings.md#settings-of-a-sandbox': 'package/manual.test.ts',
  'docs/unchanged-clients.md#what-is-set': 'cli/run.test.ts',
  'docs/testing.md#without-javascript': 'package/testing-guide.test.ts',
  'docs/vendors/apple.md#the-client-secret': 'vendors/apple/keys-and-events.test.ts',
  'docs/vendors/apple.md#what-is-as-with-the-vendor': 'vendors/apple/keys-and-events.test.ts',
  'docs/vendors/facebook.md#what-is-as-with-the-vendor': 'vendors/facebook/permissions.test.ts',
  'docs/vendors/github.md#how-sdks-are-pointed': 'vendors/github/errors.test.ts',
  'docs/vendors/github.md#what-is-as-the-vendor-has-it': 'vendors/github/errors.test.ts',
  'docs/vendors/google.md#service-accounts': 'vendors/google/service-accounts.test.ts',
  'docs/vendors/google.md#what-is-as-the-vendor-has-it': 'vendors/google/flows.test.ts',
}

/** The path and the heading that a link on a page means. */
function aim(page: string, link: string): { path: string; anchor: string | undefined } {
  const [file = '', anchor] = link.split('#')
  return { path: file === '' ? join(root, page) : join(root, dirname(page), file), anchor }
}

test.each(pages)('each link of %s leads to a file and a place on it', (page) => {
  for (const link of linksOf(readFileSync(join(root, page), 'utf8'))) {
    const { path, anchor } = aim(page, link)
    expect(existsSync(path), `${link} leads to a file`).toBe(true)
    if (anchor !== undefined) expect(anchorsOf(path), `${link} leads to a place on it`).toContain(anchor)
  }
})

describe('the index by task', () => {
  const rows = readFileSync(join(docs, 'README.md'), 'utf8').match(/^\| (?!task)[^-].*\|$/gm) ?? []

  test('leads from each task to what a test executes', () => {
    expect(rows.length).toBeGreaterThan(30)
    const elsewhere = new Set<string>()
    for (const row of rows) {
      const links = linksOf(row)
      expect(links.length, row).toBeGreaterThan(0)
      for (const link of links) {
        const { path, anchor } = aim('docs/README.md', link)
        const name = `${relative(root, path)}#${anchor}`
        const test = executedElsewhere[name]
        if (test === undefined)
          expect(sectionsOf(path).find((one) => one.anchor === anchor)?.text, `${row}: ${name}`).toMatch(/^```js run/m)
        else expect(existsSync(join(root, 'test', test)), test).toBe(true)
        if (test !== undefined) elsewhere.add(name)
      }
    }
    expect([...elsewhere].sort()).toEqual(Object.keys(executedElsewhere).sort())
  })

  test('is led to from the README', () => {
    expect(linksOf(readFileSync(join(root, 'README.md'), 'utf8'))).toContain('docs/README.md')
  })

  test('of testing a client names each situation', () => {
    const [byTask] = sectionsOf(join(docs, 'testing.md')).filter(({ anchor }) => anchor === 'by-task')
    const situations = readFileSync(join(docs, 'testing.md'), 'utf8').match(/^#### .*$/gm) ?? []
    expect(linksOf(byTask?.text ?? '').length).toBeGreaterThanOrEqual(situations.length)
  })
})

test('each page whose blocks say that they are run has a test that runs them', () => {
  const running = globSync('package/*.test.ts', { cwd: join(root, 'test') }).map((file) => readFileSync(join(root, 'test', file), 'utf8'))
  const withBlocks = globSync('*.md', { cwd: docs }).filter((page) => /^```js run/m.test(readFileSync(join(docs, page), 'utf8')))
  const unread = withBlocks.filter(
    (page) => !running.some((text) => text.includes(`readGuide('${page}')`) || text.includes(`docs/${page}'`)),
  )
  expect(unread).toEqual([])
})
