import { spawn, spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { prepare } from '../foreign.ts'

/** The programs of docs/unchanged-clients.md, each as it stands there, under `grantbox run`: the vendor's address is in their code, grantbox's is not. */

const root = join(import.meta.dirname, '../..')
const folder = await mkdtemp(join(tmpdir(), 'grantbox-unchanged-'))
afterAll(() => rm(folder, { recursive: true }))

/** Python with what its programs import; where it cannot be had they are skipped, since the machine's own lacks it. */
const missing = await prepare({
  folder: import.meta.dirname,
  toolchain: ['python3', '-c', 'import venv, ensurepip'],
  install: [
    ['python3', '-m', 'venv', '.venv'],
    [
      ...(['.venv/bin/pip', 'install', '--disable-pip-version-check', '--retries=1', '--timeout=15'] as const),
      ...['--require-hashes', '--only-binary=:all:', '--requirement=requirements.txt'],
    ],
  ],
  unreachable: /after connection broken by/,
  program: ['python3'],
})
const PATH = [join(import.meta.dirname, '.venv/bin'), process.env.PATH].join(delimiter)

interface Program {
  title: string
  file: string
  run: string
  /** Succeeds where the language and its libraries are. */
  needs: string
  java: boolean
  code: string
}

const guide = await readFile(join(root, 'docs/unchanged-clients.md'), 'utf8')
const programs: Program[] = [
  ...guide.matchAll(/^```\w+ program=(\S+) run="([^"]+)"(?: needs="((?:[^"\\]|\\.)+)")?( java)?\n(.*?)^```$/gms),
].map(([, file = '', run = '', needs, java, code = ''], index, all) => ({
  title: [...guide.slice(0, all[index]?.index).matchAll(/^### (.*)$/gm)].at(-1)?.[1] ?? file,
  file,
  run,
  needs: needs?.replaceAll('\\"', '"') ?? `command -v ${run.replace(/^sh (\w+)\.sh$/, '$1').split(' ')[0]}`,
  java: java !== undefined,
  code,
}))

test('the guide has a program for each language and tool', () => {
  const titles = [
    'Node.js: fetch',
    'Node.js: https',
    'curl',
    'wget',
    'git',
    'Python: urllib',
    'Python: requests',
    'Python: httpx',
    'Go',
    'Ruby',
    'PHP',
    'Java',
  ]
  expect(programs.map(({ title }) => title)).toEqual(titles)
})

test.for(programs)('$title gets its answer from the vendor that is in its code', { timeout: 120_000 }, async (program, { skip }) => {
  const there = spawnSync('sh', ['-c', program.needs], { env: { ...process.env, PATH } })
  if (there.status !== 0) skip(`this machine lacks what it needs: ${program.needs}${missing === undefined ? '' : ` (${missing})`}`)
  await writeFile(join(folder, program.file), program.code)
  const args = [join(root, 'src/cli/main.ts'), 'run', '--offline', ...(program.java ? ['--java'] : []), '--', ...program.run.split(' ')]
  const child = spawn(process.execPath, args, { cwd: folder, env: { ...process.env, PATH } })
  let [told, errors] = ['', '']
  child.stdout.on('data', (chunk) => {
    told += chunk
  })
  child.stderr.on('data', (chunk) => {
    errors += chunk
  })
  const code = await new Promise((resolve) => child.once('close', resolve))
  if (program.title === 'git') expect(errors).toMatch(/repository 'https:\/\/sandbox\.iokids\.net\/fluffy\.git\/?' not found/)
  else {
    expect(code, errors).toBe(0)
    expect(told, errors).toContain('"access_token"')
  }
})
