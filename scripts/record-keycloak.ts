import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { play, type Stage } from '../test/support/recording/play.ts'
import { readScenario } from '../test/support/recording/scenario.ts'
import { startKeycloak } from './real-keycloak.ts'

/**
 * `npm run record:keycloak [-- NAME…]`: asks the real Keycloak what the scenarios in `test/data/recordings/keycloak/` ask, and keeps its
 * answers beside them; `npm test` holds the twin to these. It needs Java and Maven; `KEYCLOAK_URL` names one that runs already.
 */
const folder = join(import.meta.dirname, '../test/data/recordings/keycloak')
const wanted = process.argv.slice(2)
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => file.slice(0, -'.yaml'.length))
  .filter((name) => wanted.length === 0 || wanted.includes(name))

const real = process.env.KEYCLOAK_URL === undefined ? await startKeycloak() : undefined
const base = real?.base ?? process.env.KEYCLOAK_URL ?? ''
const stage: Stage = {
  base,
  now: () => Date.now() / 1000,
  wait: (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000)),
}
try {
  if (real !== undefined) process.stdout.write(`Keycloak answered after ${Math.round(real.startup)} ms\n`)
  for (const name of names) {
    await anew()
    const answers = await play(readScenario(join(folder, `${name}.yaml`)), folder, stage)
    const lines = answers.map((one) => JSON.stringify(one, null, 1))
    writeFileSync(join(folder, `${name}.json`), `[\n${lines.join(',\n')}\n]\n`)
    process.stdout.write(`${name}: ${answers.length} answers\n`)
    for (const { it, error } of answers) if (error !== undefined) process.stdout.write(`  ${it}: ${error}\n`)
  }
  if (real !== undefined) process.stdout.write(`It holds ${Math.round(real.memory() / 1e6)} MB\n`)
} finally {
  await real?.close()
}

/** Lays the realm anew, so that no scenario sees what another has left. */
async function anew(): Promise<void> {
  const form = { grant_type: 'password', client_id: 'admin-cli', username: 'admin', password: 'admin' }
  const token = await fetch(`${base}/realms/master/protocol/openid-connect/token`, { method: 'POST', body: new URLSearchParams(form) })
  const { access_token } = (await token.json()) as { access_token: string }
  const headers = { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' }
  await fetch(`${base}/admin/realms/demo`, { method: 'DELETE', headers })
  const body = readFileSync(join(folder, 'demo-realm.json'), 'utf8')
  const { status } = await fetch(`${base}/admin/realms`, { method: 'POST', headers, body })
  if (status !== 201) throw new Error(`the realm is refused: ${status}`)
}
