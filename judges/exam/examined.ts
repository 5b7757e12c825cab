import { expect } from 'vitest'
import { connectGrantbox, type ExamDriver, type ExamOptions, type ExamTask, type Grantbox, type Sandbox } from '../../src/index.ts'
import { startForFile } from '../../test/support/server.ts'

export const redirect_uri = 'http://localhost/callback'

/** Takes a client through some rules. @returns their verdicts */
type Verdicts = (
  driverAt: (sandbox: Sandbox) => ExamDriver,
  only: readonly string[],
  options?: ExamOptions,
  prepare?: (sandbox: Sandbox) => Promise<unknown>,
) => Promise<Record<string, string>>

/** A grantbox for the tests of a file, which examines clients. */
export async function startExaminer(): Promise<{ url: string; grantbox: Grantbox; verdicts: Verdicts }> {
  const { url } = await startForFile({ defaultProvider: 'standard' })
  const grantbox = await connectGrantbox(url)
  const verdicts: Verdicts = async (driverAt, only, options = {}, prepare = undefined) => {
    const sandbox = await grantbox.createSandbox({ provider: 'standard', settings: { device_interval: 1 } })
    await prepare?.(sandbox)
    const exam = await sandbox.exam({ redirect_uri, only, client_secret: 'exam-secret-of-plain-letters', patience: '3s', ...options })
    const { rules, exam: head } = await exam.runAll(driverAt(sandbox))
    await exam.end()
    await sandbox.delete()
    expect(head.void).toBeUndefined()
    return Object.fromEntries(rules.flatMap(({ id, verdict }) => (only.includes(id) ? [[id, verdict]] : [])))
  }
  return { url, grantbox, verdicts }
}

/** Signs the user in without a page, by the address that a client made. */
export async function through(sandbox: Sandbox, url: URL | string, { user }: Pick<ExamTask, 'user'>): Promise<URL> {
  const asked = Object.fromEntries(new URL(url).searchParams)
  const { redirect_to } = await sandbox.authorize({ client_id: '', ...asked, username: user.username })
  return new URL(redirect_to)
}

export const nobody = { signedIn: false, user: null }

/** The user as an app would show him: by what userinfo says. */
export async function userAt(sandbox: Pick<Sandbox, 'url'>, token: unknown) {
  const answer = await fetch(`${sandbox.url}/userinfo`, { headers: { authorization: `Bearer ${token}` } })
  const { sub = null } = answer.ok ? ((await answer.json()) as { sub?: string }) : {}
  return { signedIn: sub !== null, user: sub }
}

/** The same verdict of several rules. */
export const all = (rules: readonly string[], verdict: string) => Object.fromEntries(rules.map((rule) => [rule, verdict]))
