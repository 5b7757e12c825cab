import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

/**
 * `npm run test:nodes`: the guide, the library, the command line and the store on the oldest Node.js that `engines` admits and on the newest
 * one, which `test/nodes/` pins. The program is the built one, as users have it.
 */
const root = join(import.meta.dirname, '..')
const nodes = join(root, 'test/nodes')
const tests = ['test/vendors/guide.test.ts', 'test/library', 'test/cli', 'test/store']

function run(command: string, args: readonly string[], cwd: string, env: Record<string, string> = {}): boolean {
  return spawnSync(command, args, { cwd, env: { ...process.env, ...env }, stdio: 'inherit' }).status === 0
}

/** Where the program is; and some tests start modules of the source, and Node.js 22.14 strips their types only when told to. */
const env = {
  GRANTBOX_TEST_PROGRAM: join(root, 'dist/cli/main.js'),
  NODE_OPTIONS: '--experimental-strip-types --disable-warning=ExperimentalWarning',
}

if (!run('npm', ['ci', '--no-audit', '--no-fund'], nodes) || !run('npm', ['run', 'build'], root)) process.exit(1)
const failed = ['floor', 'newest'].filter((name) => {
  const node = join(nodes, 'node_modules', name, 'bin/node')
  process.stdout.write(`The tests on the ${name} of Node.js:\n`)
  return !run(node, ['--version'], root) || !run(node, ['node_modules/vitest/vitest.mjs', 'run', ...tests], root, env)
})
process.exit(failed.length === 0 ? 0 : 1)
