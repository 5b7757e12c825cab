import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import Sqlite from 'better-sqlite3'
import { askToken, isAlive, refreshForm } from '../support/vendor-speech.ts'
import type { Family, Ledger } from './ledger.ts'

/** Looks at a copy of the file, so that the server itself is the one that recovers it. */
export function checkFile(file: string, folder: string): string[] {
  const copies = mkdtempSync(join(folder, 'copy-'))
  const copy = join(copies, 'copy.db')
  for (const end of ['', '-wal']) if (existsSync(file + end)) copyFileSync(file + end, copy + end)
  const db = new Sqlite(copy)
  try {
    const integrity = db.pragma('integrity_check', { simple: true })
    const orphans = db.pragma('foreign_key_check') as unknown[]
    return [
      ...(integrity === 'ok' ? [] : [`integrity_check: ${integrity}`]),
      ...orphans.map((row) => `a row without its parent: ${JSON.stringify(row)}`),
    ]
  } finally {
    db.close()
    rmSync(copies, { recursive: true })
  }
}

/**
 * Asks a server that was started again whether all that clients were told is still so. Families whose one-time codes and tokens
 * were tried leave the ledger: trying one twice revokes its grant.
 */
export async function checkAnswers(url: string, ledger: Ledger): Promise<string[]> {
  const families = await ofEach(ledger.families.splice(0), (family) => checkFamily(url, family))
  const created = await ofEach([...ledger.created], async ([path, members]) => {
    const answer = await fetch(`${url}/_grantbox${path}`)
    const body = (await answer.json()) as Record<string, unknown>
    if (answer.status !== 200) return [`${path} was created and is lost: ${answer.status}`]
    return Object.entries(members)
      .filter(([name, value]) => !isDeepStrictEqual(body[name], value))
      .map(([name, value]) => `${path}: ${name} was ${JSON.stringify(value)} and is ${JSON.stringify(body[name])}`)
  })
  const deleted = await ofEach([...ledger.deleted], async (path) => {
    const { status } = await fetch(`${url}/_grantbox${path}`)
    return status === 404 ? [] : [`${path} was deleted and is back`]
  })
  const { keys } = (await (await fetch(`${url}/standard/jwks`)).json()) as { keys: { kid: string }[] }
  const gone = [...ledger.keys].filter(([, key]) => !keys.some((one) => isDeepStrictEqual(one, key)))
  return [...families, ...created, ...deleted, ...gone.map(([kid]) => `the key ${kid} was published and is gone`)]
}

/** What is found of each, several at a time. */
async function ofEach<T>(all: readonly T[], find: (one: T) => Promise<string[]>): Promise<string[]> {
  const found: string[] = []
  const waiting = [...all]
  const worker = async () => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) found.push(...(await find(one)))
  }
  await Promise.all(Array.from({ length: 8 }, worker))
  return found
}

async function checkFamily(url: string, family: Family): Promise<string[]> {
  const { speech, access, spent, unsure = false, refresh, code } = family
  const problems: string[] = []
  const say = (what: string, which: unknown) => problems.push(`${speech.provider}: ${what}: ${JSON.stringify(which)}`)
  const holds = async (token: string) => speech.me === undefined || (await isAlive(url, speech, token))
  // Whether a revocation that was under way took place, nobody was told.
  if (!unsure || speech.revocation === undefined)
    for (const token of access) if (!(await holds(token))) say('an access token that was answered is refused', token)
  const next = code ?? (refresh === undefined ? undefined : refreshForm(refresh))
  if (next !== undefined) {
    const first = await askToken(url, speech, next)
    if (!first.ok && !unsure) say('what was answered and not used yet is refused', [next, first.text])
    // A lenient refresh token works until its successor was used.
    if (first.ok && code === undefined && speech.rotation === 'lenient') await askToken(url, speech, refreshForm(first.refresh_token ?? ''))
    if ((code !== undefined || speech.rotates) && (await askToken(url, speech, next)).ok) say('worked twice', next)
  }
  for (const form of spent) {
    const lastOfLenient = speech.rotation === 'lenient' && form === spent.at(-1) && next === undefined
    if (!lastOfLenient && (await askToken(url, speech, form)).ok) say('worked again', form)
  }
  const last = access[0]
  const ends = spent.some((form) => form.code !== undefined) || (spent.length > 0 && !speech.reuse_spares_access)
  if (ends && last !== undefined && speech.me !== undefined && (await holds(last))) say('outlived its grant', last)
  return problems
}
