import { faultKind } from './kind.ts'

export const patch = faultKind({
  name: 'patch',
  does: 'the JSON of the answer is changed by a merge patch (RFC 7396): `null` takes a member out',
  members: { patch: { is: 'anything', says: 'A JSON merge patch on the answer (RFC 7396).' } },
  at: {
    answer: ({ patch }, sent) => (sent.body === undefined ? sent : { ...sent, body: patched(sent.body, patch) }),
  },
})

/** What is no JSON stays as it is. */
function patched(body: string, patch: unknown): string {
  try {
    return JSON.stringify(mergePatch(JSON.parse(body), patch))
  } catch {
    return body
  }
}

/** RFC 7396 §2. Members called `__proto__` are data like any other. */
function mergePatch(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch
  const base = typeof target === 'object' && target !== null && !Array.isArray(target) ? Object.entries(target) : []
  const merged = new Map<string, unknown>(base)
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name)
    else merged.set(name, mergePatch(merged.get(name), value))
  }
  return Object.fromEntries(merged)
}
