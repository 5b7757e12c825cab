/** Where something stands in nested data: `apps[0].clients[1].client_id`. @param base what stands before it */
export function pathText(path: readonly PropertyKey[], base = ''): string {
  let text = base
  for (const step of path) text += typeof step === 'number' ? `[${step}]` : text === '' ? String(step) : `.${String(step)}`
  return text
}

/** What stands there, if anything. */
export function valueAt(data: unknown, path: readonly PropertyKey[]): unknown {
  let value = data
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as Record<PropertyKey, unknown>)[step]
  }
  return value
}
