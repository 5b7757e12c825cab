import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import Sqlite from 'better-sqlite3'
import type { Family, Ledger } from './ledger.ts'
import { codeForm, post, refreshForm, tokenUrl } from './load.ts'

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
  const problems: string[] = []
  for (const family of ledger.families.splice(0)) problems.push(...(await checkFamily(url, family)))
  for (const [path, members] of ledger.created) {
    const answer = await fetch(url + path)
    const body = (await answer.json()) as Record<string, unknown>
    if (answer.status !== 200) problems.push(`${path} was created and is lost: ${answer.status}`)
    for (const [name, value] of Object.entries(members)) {
      if (!isDeepStrictEqual(body[name], value))
        problems.push(`${path}: ${name} was ${JSON.stringify(value)} and is ${JSON.stringify(body[name])}`)
    }
  }
  for (const path of ledger.deleted) {
    if ((await fetch(url + path)).status !== 404) problems.push(`${path} was deleted and is back`)
  }
  const { keys } = (await (await fetch(`${url}/standard/jwks`)).json()) as { keys: { kid: string }[] }
  for (const [kid, key] of ledger.keys) {
    if (!keys.some((one) => isDeepStrictEqual(one, key))) problems.push(`the key ${kid} was published and is gone`)
  }
  return problems
}

async function checkFamily(url: string, family: Family): Promise<string[]> {
  const { speaker, access, spent, unsure = false } = family
  const problems: string[] = []
  const holds = async (token: string) =>
    (await fetch(`${url}${speaker.base}${speaker.me}`, { headers: { authorization: `Bearer ${token}` } })).status
  for (const token of access) {
    const status = await holds(token)
    // Whether a revocation that was under way took place, nobody was told.
    if (status !== 200 && !(unsure && speaker.base === '/standard'))
      problems.push(`an access token that was answered is ${status}: ${token}`)
  }
  const next = family.code !== undefined ? codeForm(family) : family.refresh !== undefined ? refreshForm(family) : undefined
  if (next !== undefined) {
    const first = await tryForm(url, family, next)
    if (!first.ok && !unsure) problems.push(`what was answered and not used yet is refused: ${JSON.stringify(next)} ${first.text}`)
    // A lenient refresh token works until its successor was used.
    if (first.ok && next.refresh_token !== undefined && speaker.base === '') {
      await post(tokenUrl(url, family), { ...next, refresh_token: first.refresh_token })
    }
    if ((await tryForm(url, family, next)).ok) problems.push(`worked twice: ${JSON.stringify(next)}`)
  }
  for (const form of spent) {
    const lastOfLenient = speaker.base === '' && form === spent.at(-1) && next === undefined
    if (!lastOfLenient && (await tryForm(url, family, form)).ok) problems.push(`worked again: ${JSON.stringify(form)}`)
  }
  const last = access[0]
  if (spent.length > 0 && last !== undefined && (await holds(last)) === 200) problems.push(`outlived its grant: ${last}`)
  return problems
}

async function tryForm(
  url: string,
  family: Family,
  form: Record<string, string>,
): Promise<{ ok: boolean; text: string; refresh_token: string }> {
  const answer = await fetch(tokenUrl(url, family), { method: 'POST', body: new URLSearchParams(form) })
  const text = await answer.text()
  if (answer.status >= 500) throw new Error(`${answer.status} ${text}`)
  return { ok: answer.ok, text, refresh_token: String((JSON.parse(text) as Record<string, unknown>).refresh_token) }
}
