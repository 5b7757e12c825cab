import { clientCredentials, codeFlow, refresh, userinfo } from './conversations.ts'
import { measure } from './measure.ts'
import { connections, subjects, type Subject } from './subjects.ts'

const [before = '', after = '', rounds = '9', only = ''] = process.argv.slice(2)
const at = (subject: Subject, main: string, name: string): Subject => ({ ...subject, name, command: { ...subject.command, args: [main, ...subject.command.args.slice(1)] } })
const rows = [
  ['cc HS256', subjects.iokids, ({ dialect }: Subject) => clientCredentials(dialect), 1],
  ['cc ES256', subjects.standard, ({ dialect }: Subject) => clientCredentials(dialect), 1],
  ['refresh', subjects.iokids, ({ dialect }: Subject) => refresh(dialect), 1],
  ['code flow', subjects.standard, ({ dialect }: Subject) => codeFlow(dialect), 2],
  ['userinfo', subjects.openid, ({ dialect }: Subject) => userinfo(dialect), 1],
] as const
for (const [name, make, conversation, requestsEach] of rows) {
  if (only !== '' && !name.includes(only)) continue
  const [a, b] = await measure(
    [before, after].map((main, index) => ({ subject: at(make(), main, index === 0 ? 'before' : 'after'), conversation, requestsEach })),
    connections,
    { warmUp: 20_000, patience: 8, seconds: 1, rounds: Number(rounds) },
  )
  if (a === undefined || b === undefined) continue
  console.log(name, Math.round(a.perSecond), Math.round(b.perSecond), (b.perSecond / a.perSecond).toFixed(3), 'cpu', a.cpu?.toFixed(1), b.cpu?.toFixed(1), ((a.cpu ?? 0) / (b.cpu ?? 1)).toFixed(3), a.failures, b.failures)
}
