import { execFileSync } from 'node:child_process'
import { cp, mkdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { runProgram } from './child.ts'

/** A line of a Dockerfile. */
export interface Instruction {
  /** Counts the FROMs. */
  stage: number
  word: string
  rest: string
}

/** A container image as far as it can be had without an engine: a folder that stands for its root. */
export interface Image {
  root: string
  workdir: string
  env: Record<string, string>
  instructions: readonly Instruction[]
}

/** The instructions of a Dockerfile, continued lines joined, comments left out. */
export async function readDockerfile(path: string): Promise<Instruction[]> {
  const lines = (await readFile(path, 'utf8'))
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
  let stage = -1
  return lines
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, word = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? []
      if (word === 'FROM') stage++
      return { stage, word, rest }
    })
}

/** The files of the checkout that a build is given: what git keeps or would keep, less what `.dockerignore` leaves out. */
async function contextFiles(context: string): Promise<string[]> {
  const ignore = (await readFile(join(context, '.dockerignore'), 'utf8')).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  if (ignore[0] !== '*') throw new Error('.dockerignore is read as: everything is left out, but for what follows')
  const kept = ignore.filter((line) => line.startsWith('!')).map((line) => line.slice(1))
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: context, encoding: 'utf8' }).split(
    '\n',
  )
  return files.filter((file) => kept.some((one) => file === one || file.startsWith(`${one}/`)))
}

/**
 * Runs each step of a Dockerfile in order, in folders that stand for the roots of its stages.
 * @param owner who stands for the image's user `node`
 */
export async function buildImage(context: string, folder: string, env: Record<string, string>, owner: number): Promise<Image> {
  const instructions = await readDockerfile(join(context, 'Dockerfile'))
  const files = await contextFiles(context)
  const stages: Image[] = []
  const names = new Map<string, Image>()
  let image: Image | undefined
  for (const instruction of instructions) {
    const { word, rest, stage } = instruction
    if (word === 'FROM') {
      image = { root: join(folder, `stage-${stage}`), workdir: '/', env: {}, instructions }
      await mkdir(image.root, { recursive: true })
      stages.push(image)
      const name = / AS (\w+)$/i.exec(rest)?.[1]
      if (name !== undefined) names.set(name, image)
      continue
    }
    if (image === undefined) throw new Error('a Dockerfile begins with FROM')
    await step(image, instruction, context, files, names, env, owner)
  }
  if (image === undefined) throw new Error('the Dockerfile has no instruction')
  return image
}

async function step(
  image: Image,
  { word, rest }: Instruction,
  context: string,
  files: readonly string[],
  names: ReadonlyMap<string, Image>,
  env: Record<string, string>,
  owner: number,
): Promise<void> {
  const inside = (path: string) => (path.startsWith('/') ? join(image.root, path) : join(image.root, image.workdir, path))
  switch (word) {
    case 'WORKDIR':
      image.workdir = rest
      await mkdir(inside('.'), { recursive: true })
      return
    case 'ENV':
      for (const [, name = '', value = ''] of rest.matchAll(/(\w+)=(\S+)/g)) image.env[name] = value
      return
    case 'COPY':
      return copy(rest)
    case 'RUN': {
      // What is absolute lies below the stage's folder here, and nobody is called node.
      const command = rest.replaceAll(/(^|\s)\/(?=\w)/g, `$1${image.root}/`).replaceAll('node:node', `${owner}:${owner}`)
      await runProgram('sh', ['-euc', command], { cwd: inside('.'), env: { ...env, ...image.env } })
    }
  }

  async function copy(text: string): Promise<void> {
    const words = text.split(/\s+/)
    const from = /^--from=(\w+)$/.exec(words[0] ?? '')?.[1]
    if (from !== undefined) words.shift()
    const target = words.pop() ?? '.'
    for (const source of words) {
      const isFolder = target.endsWith('/') || words.length > 1
      if (from !== undefined) {
        const there = names.get(from)
        if (there === undefined) throw new Error(`there is no stage ${from}`)
        const destination = target.endsWith('/') ? join(inside(target), source.split('/').at(-1) ?? '') : inside(target)
        await cp(join(there.root, source), destination, { recursive: true, verbatimSymlinks: true })
        continue
      }
      const wanted = files.filter((file) => file === source || file.startsWith(`${source}/`))
      if (wanted.length === 0) throw new Error(`COPY ${source}: .dockerignore leaves nothing of it`)
      for (const file of wanted) {
        const name = file === source ? (isFolder ? (source.split('/').at(-1) ?? '') : '') : file.slice(source.length + 1)
        const destination = join(inside(target), name)
        await mkdir(dirname(destination), { recursive: true })
        await cp(join(context, file), destination)
      }
    }
  }
}
