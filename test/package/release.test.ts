import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'

/** What a release and those who take part go by, as far as it can be checked without the service that runs it. */

const root = join(import.meta.dirname, '../..')
const text = (path: string) => readFileSync(join(root, path), 'utf8')
const manifest = JSON.parse(text('package.json')) as { version: string; scripts: Record<string, string> }

interface Workflow {
  on: unknown
  permissions: Record<string, string>
  jobs: Record<string, { permissions?: Record<string, string>; needs?: string; steps: Step[] }>
}
interface Step {
  uses?: string
  run?: string
  with?: Record<string, unknown>
}

const workflows = globSync('.github/workflows/*.yml', { cwd: root }).sort()
const stepsOf = ({ jobs }: Workflow) => Object.values(jobs).flatMap(({ steps }) => steps)

describe.each(workflows)('%s', (path) => {
  const workflow = parse(text(path)) as Workflow

  test('runs commands that are there, with rights to read alone where it says nothing else', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' })
    const commands = stepsOf(workflow).flatMap(({ run }) => run ?? [])
    expect(commands).toEqual(expect.arrayContaining(['bash .ci/run', 'npm run audit']))
    for (const [, script = ''] of commands.join('\n').matchAll(/npm run ([\w:]+)/g)) expect(manifest.scripts).toHaveProperty(script)
    for (const [, script = ''] of commands.join('\n').matchAll(/^bash (\S+)/gm)) expect(existsSync(join(root, script)), script).toBe(true)
  })

  test('names a version of each action', () => {
    for (const { uses } of stepsOf(workflow)) if (uses !== undefined) expect(uses).toMatch(/^[\w-]+\/[\w-]+@v\d+$/)
  })
})

test('a release publishes what was tested: the package with its provenance, the image for both architectures with its list of contents', () => {
  const { jobs } = parse(text('.github/workflows/release.yml')) as Workflow
  expect([jobs.package?.needs, jobs.image?.needs]).toEqual(['test', 'test'])
  const making = jobs.test?.steps.flatMap(({ run }) => /^npm (?:run )?(\w+)/.exec(run ?? '')?.[1] ?? [])
  expect(making).toEqual(['build', 'audit', 'pkg', 'pack'])
  expect(jobs.package?.permissions).toEqual({ contents: 'read', 'id-token': 'write' })
  expect(jobs.package?.steps.at(-1)?.run).toMatch(/^npm publish --provenance /)
  expect(jobs.image?.steps.at(-1)?.with).toMatchObject({
    platforms: 'linux/amd64,linux/arm64',
    sbom: true,
    provenance: 'mode=max',
    push: true,
  })
})

test('the newest entry of what changed is this version or the next one, and no other waits', () => {
  const entries = [...text('CHANGELOG.md').matchAll(/^## (\d+\.\d+\.\d+)(?:, (not released yet|\d{4}-\d\d-\d\d))?$/gm)]
  expect(entries.length).toBe(text('CHANGELOG.md').match(/^## /gm)?.length)
  const [newest, ...older] = entries.map(([, version, when]) => ({ version, waits: when === 'not released yet' }))
  expect(older.every(({ waits }) => !waits)).toBe(true)
  expect(newest?.waits === true ? older[0]?.version : newest?.version).toBe(manifest.version)
  const locked = JSON.parse(text('package-lock.json')) as { version: string; packages: Record<string, { version: string }> }
  expect([locked.version, locked.packages['']?.version]).toEqual([manifest.version, manifest.version])
})

test('who tells of a mistake is asked for what grantbox doctor says', () => {
  const forms = globSync('.github/ISSUE_TEMPLATE/*.yml', { cwd: root }).filter((path) => !path.endsWith('config.yml'))
  expect(forms.length).toBeGreaterThan(1)
  for (const path of forms) {
    const { body } = parse(text(path)) as { body: { attributes: { label: string }; validations?: { required?: boolean } }[] }
    expect(body).toContainEqual(
      expect.objectContaining({
        attributes: expect.objectContaining({ label: 'Output of grantbox doctor' }),
        validations: { required: true },
      }),
    )
  }
  expect(text('.github/PULL_REQUEST_TEMPLATE.md')).toContain('grantbox doctor')
})

test('the commands that contributors are told of are there', () => {
  for (const [, script = ''] of text('CONTRIBUTING.md').matchAll(/npm run ([\w:]+)/g)) expect(manifest.scripts).toHaveProperty(script)
  for (const [, path = ''] of text('CONTRIBUTING.md').matchAll(/`((?:src|test|docs)\/[\w/.-]+)`/g))
    expect(existsSync(join(root, path)), path).toBe(true)
})
