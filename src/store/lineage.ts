/** The grants of a query and all that came of their tokens (RFC 8693), as a table `line` for the statement that follows. */
export function withDescendants(grants: string): string {
  return `WITH RECURSIVE line (id) AS (${grants} UNION SELECT child.id FROM "grant" AS child JOIN line ON child.parent_id = line.id)`
}
