import { TakenError } from '../oauth/model/directory.ts'

/** A member and its value. */
type Name = [field: string, value: string]

/** The new row's id; a broken UNIQUE constraint becomes a {@link TakenError}. */
export function inserted(insert: () => { id: number } | undefined, name: Name, id?: Name): number {
  return unlessTaken(insert, name, id)?.id ?? 0
}

/** A broken UNIQUE constraint becomes a {@link TakenError}, about the id when it is that of the ids. */
export function unlessTaken<T>(change: () => T, name: Name, id = name): T {
  try {
    return change()
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'SQLITE_CONSTRAINT_UNIQUE')) throw error
    throw new TakenError(...(/_id$/.test(error.message) ? id : name))
  }
}
