/** `npm run profile [-- refresh]`: a CPU profile of the token endpoint under load, to be opened in a browser's developer tools. */
import { mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { clientCredentials, refresh } from '../bench/conversations.ts'
import { load } from '../bench/load.ts'
import { cleanUp, launch, subjects } from '../bench/subjects.ts'

const seconds = 10
const kind = process.argv[2] === 'refresh' ? refresh : clientCredentials
const folder = mkdtempSync(join(tmpdir(), 'grantbox-profile-'))
const subject = subjects.iokids()
const main = join(import.meta.dirname, '../src/cli/main.ts')
// From the sources, so that the profile names files as the reader knows them.
const args = subject.command.args.map((one) => (one.endsWith('main.js') ? main : one))
subject.command = { ...subject.command, args: ['--cpu-prof', '--cpu-prof-interval=200', `--cpu-prof-dir=${folder}`, ...args] }
const running = await launch(subject)
const { requests } = await load(running.port, Array.from({ length: 10 }, kind(subject.dialect)), seconds)
await running.stop()
cleanUp(subject)

const [made = ''] = readdirSync(folder)
const target = join(process.cwd(), 'token-endpoint.cpuprofile')
renameSync(join(folder, made), target)
rmSync(folder, { recursive: true, force: true })
process.stdout.write(`${requests} requests; wrote ${target}\nOpen it in a browser: developer tools, Performance, "Load profile".\n`)
