import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { play, type Stage } from '../test/support/recording/play.ts'
import { readScenario } from '../test/support/recording/scenario.ts'
import { compare, recordingsOf, scenariosIn } from '../test/support/recording/twin.ts'
import { openOutside } from './keycloak-outside.ts'
import { startKeycloak } from './real-keycloak.ts'

/**
 * `npm run record:keycloak [-- NAME…]`: asks the real Keycloak what the scenarios in `test/data/recordings/keycloak/` ask, keeps its
 * answers beside them, and says where the twin answers otherwise. `npm test` holds the twin to these recordings, but for what
 * `test/vendors/keycloak/open.json` lists, which is written here, too. It needs Java and Maven; `KEYCLOAK_URL` names a Keycloak that runs
 * already. With `--twin` nothing is recorded: the twin alone is asked, and compared.
 */
const folder = recordingsOf('keycloak')
const wanted = process.argv.slice(2).filter((argument) => argument !== '--twin')
const names = scenariosIn(folder).filter((name) => wanted.length === 0 || wanted.includes(name))
const say = (line: string) => process.stdout.write(`${line}\n`)

if (!process.argv.includes('--twin')) await record()
const openFile = join(import.meta.dirname, '../test/vendors/keycloak/open.json')
const open: Record<string, string[]> = JSON.parse(readFileSync(openFile, 'utf8'))
for (const name of names) {
  const compared = (await compare('keycloak', name)).filter(({ differs }) => differs === undefined)
  const other = compared.filter(({ real, twin }) => real !== twin)
  for (const one of other) for (const line of [`${name}: ${one.it}`, ...differences(one.real, one.twin)]) say(line)
  say(`${name}: ${compared.length - other.length} of ${compared.length} answers are the real one's`)
  open[name] = other.map(({ it }) => it)
}
const lists = Object.entries(open).filter(([, titles]) => titles.length > 0)
writeFileSync(openFile, `${JSON.stringify(Object.fromEntries(lists), null, 2)}\n`)

/** The first lines that one text has and the other has not. */
function differences(real: string, twin: string): string[] {
  const [theirs, ours] = [real.split('\n'), twin.split('\n')]
  const missing = theirs.filter((line) => !ours.includes(line)).map((line) => `  - ${line.trim()}`)
  const added = ours.filter((line) => !theirs.includes(line)).map((line) => `  + ${line.trim()}`)
  return missing.length + added.length === 0 ? ['  another order'] : [...missing.slice(0, 8), ...added.slice(0, 8)]
}

async function record(): Promise<void> {
  const outside = await openOutside()
  const real = process.env.KEYCLOAK_URL === undefined ? await startKeycloak(outside.args) : undefined
  const base = real?.base ?? process.env.KEYCLOAK_URL ?? ''
  const wait = (seconds: number) => new Promise<void>((resolve) => setTimeout(resolve, seconds * 1000))
  const { smtp, link: mailed } = outside
  const decide: Stage['decide'] = (status) => outside.decide(status, base)
  const stage: Stage = { base, now: () => Date.now() / 1000, wait, smtp, mailed, decide }
  try {
    if (real !== undefined) say(`Keycloak answered after ${Math.round(real.startup)} ms and holds ${Math.round(real.memory() / 1e6)} MB`)
    for (const name of names) {
      await layAnew(base)
      const answers = await play(readScenario(join(folder, `${name}.yaml`)), folder, stage)
      const failed = answers.find(({ error }) => error !== undefined)
      if (failed !== undefined) throw new Error(`${name}: ${failed.it}: ${failed.error}`)
      const lines = answers.map((one) => JSON.stringify(one, null, 1))
      writeFileSync(join(folder, `${name}.json`), `[\n${lines.join(',\n')}\n]\n`)
      say(`${name}: ${answers.length} answers recorded`)
    }
    await layAnew(base)
  } finally {
    await real?.close()
    outside.close()
  }
}

/** Lays the realm anew, so that no scenario sees what another has left. */
async function layAnew(base: string): Promise<void> {
  const form = { grant_type: 'password', client_id: 'admin-cli', username: 'admin', password: 'admin' }
  const token = await fetch(`${base}/realms/master/protocol/openid-connect/token`, { method: 'POST', body: new URLSearchParams(form) })
  const { access_token } = (await token.json()) as { access_token: string }
  const headers = { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' }
  await fetch(`${base}/admin/realms/demo`, { method: 'DELETE', headers })
  const body = readFileSync(join(folder, 'demo-realm.json'), 'utf8')
  const { status } = await fetch(`${base}/admin/realms`, { method: 'POST', headers, body })
  if (status !== 201) throw new Error(`the realm is refused: ${status}`)
}
