import { clientCredentials } from './conversations.ts'
import { load } from './load.ts'
import { connections, launch, subjects } from './subjects.ts'

const [main = '', out = ''] = process.argv.slice(2)
const subject = subjects.iokids()
subject.command = { ...subject.command, args: ['--cpu-prof', `--cpu-prof-dir=${out}`, main, ...subject.command.args.slice(1)] }
const running = await launch(subject)
const r = await load(running.port, Array.from({ length: connections }, clientCredentials(subject.dialect)), 60, 60_000)
console.log(r.requests)
await running.stop()
