/** `npm run bench`: grantbox beside its peers, row by row. `-- --quick` in two minutes, `-- --only=refresh` one of the rows, `-- --rounds=9` calmer figures. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string', default: '' }, rounds: { type: 'string' } },
})
const here = import.meta.dirname

if (!existsSync(join(here, 'node_modules'))) {
  process.stderr.write('Installing the peers into bench/node_modules.\n')
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: here, stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) throw new Error('the peers could not be installed')
}

const { measure } = await import('./measure.ts')
const { rows } = await import('./rows.ts')
const { rowTable } = await import('./tables.ts')
const { sections } = await import('./sections.ts')

const effort = values.quick
  ? { warmUp: 4000, patience: 2, seconds: 0.7, rounds: 1 }
  : { warmUp: 20_000, patience: 8, seconds: 2, rounds: 5 }
if (values.rounds !== undefined) effort.rounds = Number(values.rounds)
const wanted = (title: string) => title.toLowerCase().includes(values.only.toLowerCase())

print(machine())
for (const row of rows.filter((one) => wanted(one.title))) print(await rowTable(row, await measure(row.entries(), row.clients, effort)))
for (const section of sections.filter((one) => wanted(one.title))) print(`### ${section.title}\n\n${await section.measure(values.quick)}\n`)

function machine(): string {
  const versions = ['@node-oauth/oauth2-server', 'emulate', 'express', 'fastify', 'oauth2-mock-server', 'oidc-provider'].map((name) => {
    const { version } = JSON.parse(readFileSync(join(here, 'node_modules', name, 'package.json'), 'utf8'))
    return `${name} ${version}`
  })
  const [cpu] = cpus()
  return `${cpus().length} × ${cpu?.model.trim()}, ${process.platform}, Node ${process.version}; ${versions.join(', ')}${values.quick ? '; quick' : ''}\n`
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
