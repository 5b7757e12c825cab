/**
 * `npm run bench`: grantbox beside its peers, row by row. `-- --quick` in a few minutes, `-- --only=refresh` those of this name, `-- --rounds=9`
 * calmer figures, `-- --write` puts the tables into docs/performance.md.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [''] },
    rounds: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
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
const { writePage } = await import('./page.ts')
const { sections } = await import('./sections.ts')

const effort = values.quick
  ? { warmUp: 4000, patience: 2, seconds: 0.7, rounds: 1 }
  : { warmUp: 20_000, patience: 8, seconds: 2, rounds: 5 }
if (values.rounds !== undefined) effort.rounds = Number(values.rounds)
const wanted = (title: string) => values.only.some((part) => title.toLowerCase().includes(part.toLowerCase()))

const tables = [
  ...rows.map((row) => ({ title: row.title, run: async () => rowTable(row, await measure(row.entries(), row.clients, effort)) })),
  ...sections.map(({ title, measure }) => ({ title, run: async () => `### ${title}\n\n${await measure(values.quick)}\n` })),
]
const whole = values.only.includes('')
const measured = new Map<string, string>()

print(machine())
for (const { title, run } of tables.filter((one) => wanted(one.title))) {
  const table = await run().catch((error: unknown) => {
    process.exitCode = 1
    return `### ${title}\n\n- **failed**: ${String(error)}\n`
  })
  print(table)
  measured.set(title, table)
  // At once, since a long run may be broken off.
  if (values.write) writePage(measured, whole ? machine() : undefined)
}

function machine(): string {
  const versions = ['@node-oauth/oauth2-server', 'emulate', 'express', 'fastify', 'oauth2-mock-server', 'oidc-provider'].map((name) => {
    const { version } = JSON.parse(readFileSync(join(here, 'node_modules', name, 'package.json'), 'utf8'))
    return `${name} ${version}`
  })
  const [cpu] = cpus()
  const day = new Date().toISOString().slice(0, 10)
  const command = `npm run bench -- ${values.quick ? '--quick' : `--rounds=${effort.rounds}`}`
  return `${cpus().length} × ${cpu?.model.trim()}, ${process.platform}, Node ${process.version}, ${day}, \`${command}\`; ${versions.join(', ')}.\n`
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
