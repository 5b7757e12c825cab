import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

/**
 * `npm run judges`: grantbox before clients that others wrote (`judges/README.md`). Installs those that npm has, checks the types and runs
 * all; no step goes on for ever. What stands behind `--` is for vitest, as the name of one judge.
 */
const root = join(import.meta.dirname, '..')

function run(command: string, args: readonly string[], minutes: number, cwd = root): void {
  const { status, error } = spawnSync(command, args, { cwd, stdio: 'inherit', timeout: minutes * 60_000 })
  if (status === 0) return
  process.stderr.write(`${[command, ...args].join(' ')} failed${error === undefined ? '' : `: ${error.message}`}\n`)
  process.exit(1)
}

run('npm', ['ci', '--ignore-scripts'], 5, join(root, 'judges'))
run('tsc', ['-p', 'judges'], 3)
run('vitest', ['run', '--root', 'judges', ...process.argv.slice(2)], 30)
