import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { withEnvironment } from '../basics/placeholders.ts'
import { StartError } from '../basics/start-error.ts'
import type { Vendor } from '../providers/registry.ts'
import type { ImportedSpace } from '../providers/space-import.ts'
import type { Sandboxes } from '../sandbox/sandboxes.ts'

/** What was read of one file. */
export interface ImportedFile {
  file: string
  sandbox: string
  spaces: ImportedSpace[]
}

/** The files that a path stands for: itself, or the JSON files of a folder. */
function filesOf(path: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return [path]
    return readdirSync(path)
      .filter((name) => name.endsWith('.json'))
      .toSorted()
      .map((name) => join(path, name))
  } catch (error) {
    throw new StartError(`${path} cannot be read (${error instanceof Error ? error.message : String(error)})`, { cause: error })
  }
}

function readDocument(file: string, environment: NodeJS.ProcessEnv): unknown {
  try {
    return JSON.parse(withEnvironment(readFileSync(file, 'utf8'), environment))
  } catch (error) {
    throw new StartError(`${file} is no JSON (${error instanceof Error ? error.message : String(error)})`, { cause: error })
  }
}

/**
 * Reads documents of vendors, such as exports of realms, into the sandboxes of these vendors; a space that is there stays as it is.
 * @param paths of files and folders
 * @throws StartError for what cannot be read, or is no vendor's
 */
export async function importFiles(
  paths: readonly string[],
  sandboxes: Sandboxes,
  vendors: readonly Vendor[],
  environment: NodeJS.ProcessEnv,
): Promise<ImportedFile[]> {
  const imported: ImportedFile[] = []
  for (const file of paths.flatMap(filesOf)) {
    const document = readDocument(file, environment)
    const vendor = vendors.find(({ reads }) => reads?.(document) === true)
    const sandbox = vendor === undefined ? undefined : await sandboxes.reach(vendor.id)
    const read = sandbox?.provider.imports
    if (sandbox === undefined || read === undefined)
      throw new StartError(`${file} is no document that a vendor of grantbox reads, such as the export of a realm`)
    try {
      const spaces = sandbox.spaces.atomically(() => read(document, sandbox.spaces, 'keep', sandbox.clock.now()))
      imported.push({ file, sandbox: sandbox.name, spaces })
    } catch (error) {
      throw new StartError(`${file} is refused: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
    }
  }
  return imported
}
