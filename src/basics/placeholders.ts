/**
 * Text with `${NAME}` or `${NAME:otherwise}` as the environment has it, escaped for a JSON text; `${env.NAME}` means the same. What the
 * environment does not have, and is given nothing otherwise, or more than 4096 characters, stays as it is.
 */
export function withEnvironment(json: string, environment: Readonly<Record<string, string | undefined>>): string {
  return json.replace(/\$\{(?:env\.)?([A-Z][A-Z0-9_]*)(?::([^}]{0,4096}))?\}/g, (whole, name: string, otherwise?: string) => {
    const value = environment[name] ?? otherwise
    return value === undefined ? whole : JSON.stringify(value).slice(1, -1)
  })
}
