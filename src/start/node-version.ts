/**
 * Imported before anything else by the command line and by the library: better-sqlite3 crashes the whole process on a
 * Node.js whose Node-API is older than 10, without a word. Importing this module there throws a sentence instead.
 */
export function nodeVersionProblem(versions: { node: string; napi?: string | undefined }): string | undefined {
  if (Number(versions.napi) >= 10) return undefined
  return `grantbox needs Node.js 22.14 or newer; this is Node.js ${versions.node}.`
}

const problem = nodeVersionProblem(process.versions)
if (problem !== undefined) throw new Error(problem)
