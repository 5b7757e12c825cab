import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { containers } from './containers.ts'
import { clientCredentials, type Dialect, refresh } from './conversations.ts'
import { firstAnswer } from './first-answer.ts'
import { grading } from './grading.ts'
import { type Conversation, load } from './load.ts'
import { median } from './measure.ts'
import { memory } from './memory.ts'
import { cpuMicroseconds, type Running } from './process.ts'
import { cleanUp, connections, create, launch, program, type Subject, subjects } from './subjects.ts'
import { table, verdict, whole } from './tables.ts'
import { usual, vendors } from './vendors.ts'

/** A part of the bench that is no comparison under load. */
export interface Section {
  title: string
  measure(quick: boolean): Promise<string>
}

const here = import.meta.dirname
const folder = () => mkdtempSync(join(tmpdir(), 'grantbox-bench-'))
const remove = (path: string) => rmSync(path, { recursive: true, force: true })

/** Sends token requests until so many were answered. */
async function issue(
  running: Running,
  subject: Subject,
  count: number,
  kind: (dialect: Dialect) => () => Conversation = clientCredentials,
): Promise<void> {
  await load(running.port, Array.from({ length: connections }, kind(subject.dialect)), 600, count)
}

async function coldStart(quick: boolean): Promise<string> {
  const rounds = quick ? 5 : 21
  const present = folder()
  const started = (data: string) => [program, 'start', '--port', '0', '--host', '127.0.0.1', '--data', data, '--json']
  const known = '/.well-known/openid-configuration'
  const anew = (paths: readonly string[]) => {
    const data = folder()
    return firstAnswer(started(data), paths).finally(() => remove(data))
  }
  const kinds = [
    { name: 'grantbox, data folder present', run: () => firstAnswer(started(present), [`/standard${known}`]) },
    {
      name: 'grantbox, data folder new',
      run: () => anew([`/standard${known}`]),
    },
    {
      name: `grantbox, data folder new, then each of the ${usual.length + 2} vendors loaded and its sandbox made`,
      run: () =>
        anew([`/standard${known}`, ...['iokids', ...usual.map(({ vendor }) => vendor)].map((name) => `/_grantbox/sandboxes/${name}`)]),
    },
    { name: 'oauth2-mock-server ES256', run: () => firstAnswer(['servers/oauth2-mock-server.js'], [known], { ALG: 'ES256' }) },
    { name: 'fastify, a constant', run: () => firstAnswer(['servers/fastify.js'], ['/']) },
  ]
  const samples = kinds.map(() => [] as { wall: number; cpu: number }[])
  for (let round = 0; round <= rounds; round++) {
    for (const [index, kind] of kinds.entries()) {
      const sample = await kind.run()
      // The first start fills the compile cache and the disk's.
      if (round > 0) samples[index]?.push(sample)
    }
  }
  remove(present)
  const of = (index: number, what: 'wall' | 'cpu') => median((samples[index] ?? []).map((one) => one[what]))
  const [ours, ofNew] = [of(0, 'wall') / of(3, 'wall'), of(1, 'wall') / of(3, 'wall')]
  const body = kinds.map(({ name }, index) => [name, whole(of(index, 'wall')), whole(of(index, 'cpu'))])
  return [
    table(['spawn to first 200', 'ms', 'CPU ms'], body),
    '',
    verdict('present: ≤ 1.1 × oauth2-mock-server ES256', ours <= 1.1, `${ours.toFixed(2)} ×`),
    verdict('new: ≤ 1.3 ×', ofNew <= 1.3, `${ofNew.toFixed(2)} ×`),
  ].join('\n')
}

/** In a process of its own, whose first import is ours. */
const inProcess = `const median = (values) => values.sort((a, b) => a - b)[values.length >> 1]
const began = performance.now()
const { startGrantbox } = await import(process.argv[1])
const once = async () => { const t = performance.now(); const box = await startGrantbox(); await box.close(); return performance.now() - t }
await once()
const first = performance.now() - began
const again = []
for (let i = 0; i < 20; i++) again.push(await once())
const box = await startGrantbox()
const made = []
for (let i = 0; i < 50; i++) { const t = performance.now(); await box.createSandbox({ provider: 'standard' }); made.push(performance.now() - t) }
const ofVendor = {}
for (const vendor of JSON.parse(process.argv[2])) {
  const times = []
  for (let i = 0; i < 11; i++) { const t = performance.now(); await box.createSandbox({ provider: vendor }); times.push(performance.now() - t) }
  ofVendor[vendor] = { loading: times[0], then: median(times.slice(1)) }
}
await box.close()
console.log(JSON.stringify({ first, again: median(again), sandbox: median(made), ofVendor }))`

interface InProcess {
  first: number
  again: number
  sandbox: number
  /** The first sandbox of a vendor, for which the vendor is loaded, and those after it. */
  ofVendor: Record<string, { loading: number; then: number }>
}

async function library(quick: boolean): Promise<string> {
  const names = ['iokids', ...usual.map(({ vendor }) => vendor)]
  const samples = Array.from({ length: quick ? 3 : 9 }, () => {
    const args = ['--input-type=module', '-e', inProcess, join(here, '../dist/index.js'), JSON.stringify(names)]
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
    if (stdout === '') throw new Error(stderr)
    return JSON.parse(stdout) as InProcess
  })
  const of = (pick: (sample: InProcess) => number) => median(samples.map(pick))
  const [first, again, sandbox] = [of((one) => one.first), of((one) => one.again), of((one) => one.sandbox)]
  const slowest = (which: 'loading' | 'then') =>
    names
      .map((vendor) => ({ vendor, time: of(({ ofVendor }) => ofVendor[vendor]?.[which] ?? Number.NaN) }))
      .reduce((a, b) => (b.time > a.time ? b : a))
  const [loading, then] = [slowest('loading'), slowest('then')]
  return [
    verdict('import, start and stop: ≤ 100 ms', first <= 100, `${first.toFixed(0)} ms`),
    verdict('start and stop again: ≤ 3 ms', again <= 3, `${again.toFixed(1)} ms`),
    verdict('a new sandbox: ≤ 2 ms', sandbox <= 2, `${sandbox.toFixed(1)} ms`),
    verdict('of any vendor: ≤ 5 ms', then.time <= 5, `${then.time.toFixed(1)} ms of ${then.vendor}, the slowest`),
    `- the first of a vendor, which loads it: at most ${loading.time.toFixed(0)} ms (${loading.vendor})`,
  ].join('\n')
}

async function disk(quick: boolean): Promise<string> {
  const count = quick ? 2000 : 50_000
  const subject = subjects.iokids()
  const size = () =>
    readdirSync(subject.folder ?? '').reduce(
      (sum, name) => sum + (name.endsWith('.db') ? statSync(join(subject.folder ?? '', name)).size : 0),
      0,
    )
  const first = await launch(subject)
  await first.stop()
  const before = size()
  const running = await launch(subject)
  // Each connection asks once with its password and then ends: all its tokens live.
  await issue(running, subject, count, (dialect) => () => {
    const one = refresh(dialect)
    return { next: () => one().next(), seen() {} }
  })
  await running.stop()
  const each = (size() - before) / count
  cleanUp(subject)
  return verdict('disk per live refresh token, with its grant and its access token: ≤ 200 bytes', each <= 200, `${whole(each)} bytes`)
}

async function scale(quick: boolean): Promise<string> {
  const [sandboxes, users] = quick ? [300, 2000] : [10_000, 100_000]
  const [plain, crowded] = [subjects.iokids(), subjects.iokids()]
  const [empty, full] = [await launch(plain), await launch(crowded)]
  try {
    const origin = `http://127.0.0.1:${full.port}`
    for (let i = 0; i < sandboxes; i += 20) {
      await Promise.all(Array.from({ length: 20 }, (_, k) => create(origin, { name: `s${i + k}`, provider: 'standard', seed: false })))
    }
    for (let made = 0; made < users; made += 1000) {
      const response = await fetch(`${origin}/_grantbox/sandboxes/iokids/users/generate`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ count: 1000, seed: made }),
      })
      if (!response.ok) throw new Error(await response.text())
    }
    const costs: [number[], number[]] = [[], []]
    for (let round = 0; round <= (quick ? 2 : 7); round++) {
      for (const [index, running] of [empty, full].entries()) {
        const before = cpuMicroseconds(running.pid) ?? Number.NaN
        const { requests } = await load(running.port, Array.from({ length: connections }, refresh(plain.dialect)), quick ? 1 : 2)
        if (round > 0) costs[index]?.push(((cpuMicroseconds(running.pid) ?? Number.NaN) - before) / requests)
      }
    }
    const [alone, among] = [median(costs[0]), median(costs[1])]
    const goal = `a refresh beside ${whole(sandboxes)} sandboxes and ${whole(users)} users: within 10 % of an empty server's CPU`
    return verdict(goal, among <= alone * 1.1, `${among.toFixed(0)} and ${alone.toFixed(0)} µs`)
  } finally {
    await empty.stop()
    await full.stop()
    cleanUp(plain)
    cleanUp(crowded)
  }
}

async function install(): Promise<string> {
  const into = folder()
  try {
    const npm = (args: readonly string[], cwd: string) => {
      const { status, stdout, stderr } = spawnSync('npm', args, { cwd, encoding: 'utf8' })
      if (status !== 0) throw new Error(stderr)
      return stdout.trim()
    }
    const packed = npm(['pack', '--silent', '--ignore-scripts', '--pack-destination', into], join(here, '..'))
    const began = performance.now()
    npm(['install', '--no-audit', '--no-fund', '--cache', join(into, 'cache'), '--prefix', into, join(into, packed)], into)
    const seconds = (performance.now() - began) / 1000
    const modules = join(into, 'node_modules')
    const bytes = readdirSync(modules, { recursive: true, withFileTypes: true })
      .filter((one) => one.isFile())
      .reduce((sum, one) => sum + statSync(join(one.parentPath, one.name)).size, 0)
    return [
      verdict('install from an empty cache: ≤ 20 s', seconds <= 20, `${seconds.toFixed(1)} s`),
      verdict('the package with its dependencies: ≤ 45 MB', bytes <= 45e6, `${(bytes / 1e6).toFixed(1)} MB`),
    ].join('\n')
  } finally {
    remove(into)
  }
}

export const sections: readonly Section[] = [
  { title: 'a token request of each vendor', measure: vendors },
  { title: 'cold start', measure: coldStart },
  { title: 'in-process', measure: library },
  { title: 'memory', measure: memory },
  { title: 'disk', measure: disk },
  { title: 'many sandboxes, many users', measure: scale },
  { title: 'hints on a full journal', measure: grading },
  { title: 'install', measure: install },
  { title: 'containers that people replace', measure: containers },
]
