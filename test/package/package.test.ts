import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { emptyDatabase } from '../../src/store/database/open-file.ts'
import { cleanEnvironment, runProgram, startProgram } from '../support/child.ts'

const root = join(import.meta.dirname, '../..')
const env = cleanEnvironment()
const npm = (args: string[], cwd: string) => runProgram('npm', [...args, '--no-audit', '--no-fund'], { cwd, env })

let folder: string
let project: string

/** A stranger's empty folder, into which the packed package is installed. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'grantbox-package-'))
  const checkout = join(folder, 'checkout')
  project = join(folder, 'project')
  await mkdir(project)
  // What is packed is built from what git keeps, whatever else lies in the folder of whoever runs the tests.
  const archive = join(folder, 'tree.tar')
  await mkdir(checkout)
  const files = await runProgram('git', ['ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate'], { cwd: root })
  await writeFile(join(folder, 'files'), files)
  await runProgram('tar', ['-cf', archive, '--ignore-failed-read', '-T', join(folder, 'files')], { cwd: root })
  await runProgram('tar', ['-xf', archive], { cwd: checkout })
  await runProgram('ln', ['-s', join(root, 'node_modules'), join(checkout, 'node_modules')])
  await npm(['run', 'build'], checkout)
  await npm(['pack', '--pack-destination', folder], checkout)
  await npm(['init', '--yes'], project)
  await npm(['install', await tarball()], project)
}, 600_000)

afterAll(() => rm(folder, { recursive: true }))

async function tarball(): Promise<string> {
  const name = (await readdir(folder)).find((one) => one.endsWith('.tgz'))
  if (name === undefined) throw new Error('npm pack made nothing')
  return join(folder, name)
}

function tablesOf(db: Sqlite.Database): unknown[] {
  const tables = db.prepare('SELECT type, name, sql FROM sqlite_master ORDER BY type, name').all()
  return [...tables, db.pragma('user_version')]
}

async function mapsIn(installed: string): Promise<{ sources: string[] }[]> {
  const files = (await readdir(join(installed, 'dist'), { recursive: true })).filter((path) => path.endsWith('.js.map'))
  return Promise.all(files.map(async (path) => JSON.parse(await readFile(join(installed, 'dist', path), 'utf8')) as { sources: string[] }))
}

describe('the package', () => {
  test('has what runs, its types, views, migrations, the schema of the config file and the manual of the exam, and nothing else', async () => {
    const paths = (await runProgram('tar', ['-tzf', await tarball()]))
      .trim()
      .split('\n')
      .map((path) => path.replace(/^package\//, ''))
    const other = paths.filter(
      (path) => !/^(dist|views|migrations|schema)\//.test(path) && !/^(package\.json|README\.md|LICENSE|docs\/exam\.md)$/.test(path),
    )
    expect(other).toEqual([])
    expect(paths.filter((path) => /\.tsx?$/.test(path) && !path.endsWith('.d.ts'))).toEqual([])
    expect(paths).toEqual(
      expect.arrayContaining([
        'dist/cli/main.js',
        'dist/index.js',
        'dist/assets/pico.css',
        'dist/assets/empty.db',
        'dist/types/index.d.ts',
        'views/signin.eta',
        'migrations/001-initial.sql',
        'docs/exam.md',
        // Config files name it, those that grantbox init writes among them.
        'schema/grantbox.config.schema.json',
      ]),
    )
  })

  test('has the types that its own stand on, and no text of sources in its maps', async () => {
    const installed = join(project, 'node_modules/grantbox')
    const types = await readdir(join(installed, 'dist/types'), { recursive: true })
    expect(types.filter((path) => path.endsWith('.d.ts')).length).toBeLessThan(100)
    for (const map of await mapsIn(installed)) expect(map).not.toHaveProperty('sourcesContent')
  })

  test('brings the licence of each package that it has something of', async () => {
    const installed = join(project, 'node_modules/grantbox')
    const sources = (await mapsIn(installed)).flatMap((map) => map.sources)
    const bundled = new Set(sources.flatMap((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []))
    const some = ['better-sqlite3', 'fastify', 'jose', 'pino', 'yaml', 'zod', '@faker-js/faker']
    expect([...bundled]).toEqual(expect.arrayContaining(some))
    const texts = (await readFile(join(installed, 'dist/THIRD-PARTY-LICENSES.txt'), 'utf8')).split(`\n${'-'.repeat(80)}\n\n`)
    const told = texts.map((text) => /^(\S+) \d\S+ \(([\w.-]+)\)\n\n.{200}/s.exec(text)?.slice(1, 3) ?? text)
    // A sheet is copied, and in no map.
    expect(told.map(([name]) => name).sort()).toEqual([...bundled, '@picocss/pico'].sort())
    expect([...new Set(told.map(([, licence]) => licence))].sort()).toEqual(['BSD-3-Clause', 'ISC', 'MIT'])
    // What is bundled of it is of the version whose binary is installed.
    const { dependencies } = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as { dependencies: Record<string, string> }
    expect(texts).toContainEqual(expect.stringContaining(`better-sqlite3 ${dependencies['better-sqlite3']} (MIT)`))
  })

  test('says nothing of the machine that built it', async () => {
    const installed = join(project, 'node_modules/grantbox')
    const files = (await readdir(installed, { recursive: true })).filter((path) => /\.(js|ts|map|json|md|txt)$/.test(path))
    const telling = []
    for (const file of files) {
      if (file.includes('node_modules')) continue
      const text = await readFile(join(installed, file), 'utf8')
      if (text.includes(root) || text.includes(folder)) telling.push(file)
    }
    expect(telling).toEqual([])
  })

  test('starts by npx in an empty folder and serves a flow', async () => {
    const child = startProgram('npx', ['grantbox', '--port', '0', '--db', ':memory:', '--json'], { cwd: project, env, detached: true })
    try {
      const { url } = JSON.parse(await child.said(/^\{/))
      const control = async (path: string, body: object) =>
        (await fetch(`${url}/_grantbox/sandboxes/iokids${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }).then((answer) => answer.json())) as Record<string, string>
      const client = { client_id: 'iok-cid-findfluffy', client_secret: 'iok-cse-findfluffy' }
      const redirect_uri = 'http://localhost/callback'
      const asked = { client_id: client.client_id, redirect_uri, username: 'beautifulmeercat246', scope: 'profile' }
      const { code = '' } = await control('/authorize', asked)
      const form = new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri, ...client })
      const token = await fetch(`${url}/oauth/token`, { method: 'POST', body: form })
      const { access_token } = (await token.json()) as { access_token: string }
      const me = await fetch(`${url}/v1/me`, { headers: { authorization: `Bearer ${access_token}` } })
      expect(((await me.json()) as Record<string, unknown>).username).toBe('beautifulmeercat246')
      const page = await fetch(`${url}/oauth/signin?${new URLSearchParams({ ...asked, response_type: 'code' })}`)
      const html = await page.text()
      expect([page.status, html]).toEqual([200, expect.stringContaining('name="password"')])
      const dashboard = await fetch(`${url}/dashboard`).then((answer) => answer.text())
      const files = new Set([...(html + dashboard).matchAll(/(?:href|src)="([^"?]*\/assets\/[^"]+)"/g)].flatMap(([, file]) => file ?? []))
      expect([...files]).toEqual(expect.arrayContaining([expect.stringContaining('/pico.css'), expect.stringContaining('/dashboard.js')]))
      for (const file of files) expect([file, (await fetch(new URL(file, url))).status]).toEqual([file, 200])
    } finally {
      // npx does not hand signals on; its group gets them.
      if (child.process.pid !== undefined) process.kill(-child.process.pid, 'SIGTERM')
      await child.ended
    }
  }, 120_000)

  test('begins a new data folder with the empty database that it brings', async () => {
    const installed = join(project, 'node_modules/grantbox')
    const image = new Sqlite(await readFile(join(installed, 'dist/assets/empty.db')))
    expect(tablesOf(image)).toEqual(tablesOf(new Sqlite(emptyDatabase())))
    image.exec('CREATE TABLE of_the_image (a)')
    await writeFile(join(installed, 'dist/assets/empty.db'), image.serialize())
    const args = [join(installed, 'dist/cli/main.js'), '--port', '0', '--data', join(project, 'data'), '--json']
    const child = startProgram(process.execPath, args, { cwd: project, env })
    await child.said(/^\{/)
    child.process.kill('SIGTERM')
    expect(await child.ended).toMatchObject({ code: 0, stderr: '' })
    expect(tablesOf(new Sqlite(join(project, 'data/grantbox.db')))).toContainEqual(expect.objectContaining({ name: 'of_the_image' }))
  }, 60_000)

  test('says so where a file of its pages is not there', async () => {
    const installed = join(project, 'node_modules/grantbox')
    const sheet = join(installed, 'dist/assets/pico.css')
    await rename(sheet, `${sheet}.gone`)
    const args = [join(installed, 'dist/cli/main.js'), '--port', '0', '--db', ':memory:', '--json']
    const child = startProgram(process.execPath, args, { cwd: project, env })
    try {
      const { url } = JSON.parse(await child.said(/^\{/))
      expect((await fetch(`${url}/_grantbox/assets/pico.css`)).status).toBe(500)
    } finally {
      await rename(`${sheet}.gone`, sheet)
      child.process.kill('SIGTERM')
    }
    expect((await child.ended).stderr).toContain('@picocss/pico')
  }, 60_000)

  test('starts without cryptography where the data folder is there', async () => {
    const told = join(project, 'told.cjs')
    const loaded = "process.stderr.write(String(process.moduleLoadList.includes('NativeModule crypto')))"
    await writeFile(
      told,
      `const { write } = process.stdout; process.stdout.write = (...all) => (${loaded}, write.apply(process.stdout, all))`,
    )
    const start = async () => {
      const main = join(project, 'node_modules/grantbox/dist/cli/main.js')
      const args = ['--require', told, main, '--port', '0', '--data', join(project, 'other-data'), '--json']
      const child = startProgram(process.execPath, args, { cwd: project, env })
      await child.said(/^\{/)
      child.process.kill('SIGTERM')
      return (await child.ended).stderr
    }
    expect(await start()).toBe('true')
    expect(await start()).toBe('false')
  }, 60_000)

  test('keeps what was compiled where Node.js is told to, and does without', async () => {
    const cache = join(folder, 'cache')
    const start = async (variables: Record<string, string>) => {
      const main = join(project, 'node_modules/grantbox/dist/cli/main.js')
      const args = [main, '--port', '0', '--db', ':memory:', '--json']
      const child = startProgram(process.execPath, args, { cwd: project, env: { ...env, ...variables } })
      await child.said(/^\{/)
      child.process.kill('SIGTERM')
      expect(await child.ended).toMatchObject({ code: 0, stderr: '' })
      return (await readdir(cache, { recursive: true }).catch(() => [])).length
    }
    expect(await start({ NODE_COMPILE_CACHE: cache, NODE_DISABLE_COMPILE_CACHE: '1' })).toBe(0)
    expect(await start({ NODE_COMPILE_CACHE: join(project, 'package.json') })).toBe(0)
    expect(await start({ NODE_COMPILE_CACHE: cache })).toBeGreaterThan(2)
  }, 60_000)

  test('is a library with types', async () => {
    await writeFile(
      join(project, 'use.mts'),
      `import { connectGrantbox, GrantboxError, type Sandbox, startGrantbox } from 'grantbox'
      await using box = await startGrantbox({ provider: 'standard' })
      const sandbox: Sandbox = await box.createSandbox({ settings: { access_token_ttl: '1m' } })
      const { expires_in } = await sandbox.tokens.mint({ client_id: 'standard-web', username: 'alice' })
      const missing = await sandbox.users.get('nobody').catch((error: unknown) => error)
      const same = await connectGrantbox(box.url)
      // @ts-expect-error: a misspelt member is told by the types
      const wrong = () => sandbox.faults.add({ endpoint: 'tokens' })
      console.log(JSON.stringify([expires_in, missing instanceof GrantboxError, same.sandbox().name, typeof wrong]))
      `,
    )
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types')]
    const strict = ['--strict', '--exactOptionalPropertyTypes', '--module', 'nodenext', '--target', 'esnext', '--lib', 'esnext']
    await runProgram(process.execPath, [tsc, '--noEmit', ...strict, ...types, 'use.mts'], { cwd: project, env })
    expect(await runProgram(process.execPath, ['use.mts'], { cwd: project, env })).toBe('[60,true,"standard","function"]\n')
  }, 60_000)

  test('can be imported by CommonJS', async () => {
    await writeFile(
      join(project, 'use.cjs'),
      `import('grantbox').then(async ({ startGrantbox }) => { const box = await startGrantbox(); console.log(box.sandbox().name); await box.close() })`,
    )
    expect(await runProgram(process.execPath, ['use.cjs'], { cwd: project, env })).toBe('iokids\n')
  }, 60_000)
})
