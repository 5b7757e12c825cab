import type { FastifyReply } from 'fastify'
import { parseJson } from '../../basics/json.ts'
import { mistaken } from '../../control/input/lookup.ts'
import { checkSandboxDraft, sandboxAtPort, sandboxDraft } from '../../control/input/sandbox-draft.ts'
import { snapshotDocument, withSnapshot } from '../../control/input/snapshot-document.ts'
import { check } from '../../control/input/validation.ts'
import { Problem } from '../../control/problem.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import type { DashboardDeps } from '../deps.ts'
import { sendFile } from '../frame/file.ts'

/** A sandbox's snapshot as a file that says when it was taken. */
export function snapshotFile(sandbox: Sandbox, reply: FastifyReply, { sandboxes, clock }: DashboardDeps): FastifyReply {
  const taken = new Date(clock.now()).toISOString().slice(0, 16).replaceAll(/[T:]/g, '-')
  const text = JSON.stringify(sandboxes.snapshot(sandbox))
  return sendFile(reply, { name: `${sandbox.name}-${taken}.grantbox.json`, type: 'application/json', text })
}

/**
 * Puts an uploaded snapshot in the place of a sandbox's state.
 * @throws Problem in which everything that is wrong with the file is said of `snapshot`
 */
export function restoreHere(file: string | undefined, sandbox: Sandbox, { sandboxes }: DashboardDeps): Sandbox {
  return ofFile(() => withSnapshot(documentOf(file), sandbox.provider, (snapshot) => sandboxes.restore(sandbox, snapshot)))
}

/**
 * Makes a sandbox of a snapshot.
 * @param file the text of an upload, or the document itself
 * @param name made up when empty
 * @throws Problem as above, and of `name`
 */
export async function restoreAsNew(file: unknown, name: string, deps: DashboardDeps): Promise<Sandbox> {
  const { sandboxes } = deps
  const document = ofFile(() => documentOf(file))
  const provider = await sandboxes.provider(document.provider)
  if (provider === undefined) throw inFile(mistaken('provider', document.provider, sandboxes.providerNames()))
  await checkSandboxDraft(check(sandboxDraft, { provider: provider.id, ...(name !== '' && { name }) }), deps)
  const make = () =>
    ofFile(() => withSnapshot(document, provider, (snapshot) => sandboxes.createFrom(snapshot, { provider, name: name || undefined })))
  return sandboxAtPort(undefined, make, deps)
}

function documentOf(file: unknown) {
  if (typeof file !== 'string') return check(snapshotDocument, file)
  if (file.trim() === '') throw notJson('a file that was saved as the snapshot of a sandbox')
  try {
    return check(snapshotDocument, parseJson(file))
  } catch (error) {
    throw error instanceof SyntaxError ? notJson(`JSON (${error.message})`) : error
  }
}

function notJson(expected: string): Problem {
  return new Problem(400, `The file is to be ${expected}`, [{ field: '', expected }])
}

/** What a problem says of a snapshot is said of the field with the file. */
function ofFile<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw error instanceof Problem ? inFile(error) : error
  }
}

function inFile({ status, message, errors }: Problem): Problem {
  const place = (field: string) => (field === '' || field === 'body' ? 'snapshot' : `snapshot.${field}`)
  return new Problem(
    status,
    message,
    errors.map((one) => ({ ...one, field: place(one.field) })),
  )
}
