/** Tells the bench where a server listens. */
export function listening(port) {
  process.stdout.write(`${JSON.stringify({ port })}\n`)
}
