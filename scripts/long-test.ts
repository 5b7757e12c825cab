import { spawnSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/**
 * The long form of a test that `npm test` runs in a short one: `npm run fuzz`, `npm run crash`, `npm run load`, `npm run soak` (minutes), each with
 * `-- <how many> <seed>`. The seed stands in the output; with it a failure comes again.
 */
const forms: Readonly<Record<string, { file: string; size: string; many: string }>> = {
  crash: { file: 'test/crash/crash.test.ts', size: 'GRANTBOX_CRASH_KILLS', many: '200' },
  fuzz: { file: 'test/fuzz/', size: 'GRANTBOX_FUZZ_REQUESTS', many: '200000' },
  soak: { file: 'test/load/soak.test.ts', size: 'GRANTBOX_SOAK_MINUTES', many: '30' },
  load: { file: 'test/load/load.test.ts', size: 'GRANTBOX_LOAD_TOKENS', many: '1000000' },
}

const [name = '', many, seed = String(randomInt(2 ** 31))] = process.argv.slice(2)
const form = forms[name]
if (form === undefined) {
  process.stderr.write(`Say which: ${Object.keys(forms).join(', ')}\n`)
  process.exit(1)
}
const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs')
const env = { ...process.env, [form.size]: many ?? form.many, [form.size.replace(/_[A-Z]+$/, '_SEED')]: seed }
process.stdout.write(`${name}: ${form.size}=${many ?? form.many}, seed ${seed}\n`)
const { status } = spawnSync(process.execPath, [vitest, 'run', form.file], { env, stdio: 'inherit' })
process.exit(status ?? 1)
