import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'
import { environmentFor } from '../../src/proxy/clients/environment.ts'
import { cleanEnvironment, currentNode, runProgram } from '../support/child.ts'
import { runCommand, spawnCommand } from '../support/command-line.ts'
import { composeProblems } from '../support/compose.ts'
import { freePort } from '../support/real-server.ts'

const examples = join(import.meta.dirname, '../../examples/unchanged')
const main = join(import.meta.dirname, '../../src/cli/main.ts')

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'grantbox-unchanged-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

async function example(name: string) {
  return parse(await readFile(join(examples, name), 'utf8'))
}

test('the workflow leads its later steps to grantbox', async () => {
  const { jobs, on } = await example('workflow.yml')
  expect(on).toBe('push')
  const steps: { uses?: string; run?: string }[] = jobs.test.steps
  expect(steps.filter(({ uses, run }) => (uses === undefined) === (run === undefined))).toEqual([])
  const lead = steps.findIndex(({ run }) => run?.includes('GITHUB_ENV'))
  expect(steps.slice(lead + 1)).toEqual([{ run: 'npm test' }])

  // The step as it stands, with a package that is installed already.
  const folder = await temporaryFolder()
  const script = `#!/bin/sh\n[ "$2" = --proxy ] && echo $$ > "${folder}/pid"\nshift\nexec "${process.execPath}" "${main}" "$@"\n`
  await writeFile(join(folder, 'npx'), script)
  await chmod(join(folder, 'npx'), 0o755)
  const variables = join(folder, 'variables')
  const env = {
    ...cleanEnvironment(),
    PATH: `${folder}:${process.env.PATH}`,
    GRANTBOX_PORT: String(await freePort()),
    GITHUB_ENV: variables,
  }
  onTestFinished(async () => void process.kill(Number(await readFile(join(folder, 'pid'), 'utf8')), 'SIGTERM'))
  await runProgram('bash', ['-e', '-c', steps[lead]?.run ?? ''], { cwd: folder, env })
  const lines = (await readFile(variables, 'utf8')).trimEnd().split('\n')
  const set = Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2)))
  const asks = `fetch('https://sandbox.iokids.net/v1/me').then((answer) => console.log(answer.status))`
  expect(await runProgram(currentNode, ['-e', asks], { cwd: folder, env: { ...cleanEnvironment(), ...set } })).toBe('401\n')
}, 60_000)

test('the compose file is what the Compose specification’s JSON Schema says', async () => {
  expect(await composeProblems(await example('compose.yaml'))).toEqual([])
})

test('the compose file’s services do together what they are there for', async () => {
  const { services } = await example('compose.yaml')
  const { grantbox, authorities, tests } = services
  expect(Object.keys(tests.depends_on).sort()).toEqual(['authorities', 'grantbox'])
  const [volume, at] = tests.volumes[0].split(':')
  expect([grantbox.volumes, authorities.volumes]).toEqual([[`${volume}:/data`], [`${volume}:/data`]])

  // What `grantbox env` would print there, as far as the file says it.
  const { NO_PROXY, no_proxy, ...led } = tests.environment
  const files = { bundle: `${at}/ca-bundle.pem`, wgetrc: '', phpSettings: '' }
  expect(environmentFor({ url: led.GRANTBOX_URL, adminToken: led.GRANTBOX_ADMIN_TOKEN, ...files }, {})).toMatchObject(led)
  expect([NO_PROXY, no_proxy]).toEqual(['localhost,127.0.0.1,grantbox', NO_PROXY])

  // The services as processes of this machine, where `grantbox` is localhost and the volume a folder.
  const cwd = await temporaryFolder()
  const data = join(cwd, 'data')
  const port = await freePort()
  const server = spawnCommand(['start', '--host', '127.0.0.1', '--port', String(port), '--data', data], { cwd, env: grantbox.environment })
  onTestFinished(async () => {
    server.kill('SIGTERM')
    await server.ended
  })
  await server.said('Stop with')
  expect((await runCommand([...authorities.command, '--data', data], { cwd })).code).toBe(0)
  const here = (value: string) => value.replaceAll('grantbox:9400', `localhost:${port}`).replace(at, data)
  const env = Object.fromEntries(Object.entries<string>(tests.environment).map(([name, value]) => [name, here(value)]))
  const [, ...args] = tests.command
  expect(await runProgram(currentNode, args, { cwd, env: { ...cleanEnvironment(), ...env } })).toBe('401\n')
}, 60_000)
