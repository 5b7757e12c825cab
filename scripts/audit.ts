import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * `npm run audit`, after a build: asks the registry for known holes in what a user gets. `npm audit --omit=dev` would leave out what is bundled, and without
 * `--omit` it would ask for the tests' packages, too. So what is bundled and what is installed becomes a package of its own, which is asked for.
 */
const root = join(import.meta.dirname, '..')
const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { dependencies: Record<string, string> }
const licences = readFileSync(join(root, 'dist/THIRD-PARTY-LICENSES.txt'), 'utf8')
const bundled = [...licences.matchAll(/^(\S+) (\d\S*) \([\w.-]+\)$/gm)]

const folder = mkdtempSync(join(tmpdir(), 'grantbox-audit-'))
const npm = (...args: string[]) => spawnSync('npm', args, { cwd: folder, stdio: 'inherit' }).status ?? 1
try {
  // By names of our own, since a package can be bundled in two versions.
  const named = Object.fromEntries(bundled.map(([, name, version], at) => [`bundled-${at}`, `npm:${name}@${version}`]))
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: { ...dependencies, ...named } }))
  process.stdout.write(`${bundled.length} bundled packages, and ${Object.keys(dependencies).join(' and ')}:\n`)
  process.exitCode =
    npm('install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund') || npm('audit', '--audit-level=high')
} finally {
  rmSync(folder, { recursive: true })
}
