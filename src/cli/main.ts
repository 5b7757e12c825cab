#!/usr/bin/env node
/** The executable. Everything is imported after the check of the Node.js version, whose message would otherwise come too late. */
try {
  await import('../start/node-version.ts')
  // Code that was compiled once is kept where NODE_COMPILE_CACHE says, or else in the folder for temporary files.
  const { enableCompileCache } = await import('node:module')
  enableCompileCache()
  const { runCli } = await import('./run-cli.ts')
  const { argv, env, stdout, stderr } = process
  // Whoever read the output may be gone, as head is once it has its lines: what is still written then is for nobody, and no fault.
  for (const stream of [stdout, stderr]) stream.on('error', ignoreClosedPipe)
  // The input is opened by whoever reads from it: to open it takes as long as to listen.
  const stdin = () => process.stdin
  process.exitCode = await runCli({ argv: argv.slice(2), env, cwd: process.cwd(), stdin, stdout, stderr })
} catch (error) {
  process.exitCode = 1
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
}
// Output is written by now or within moments; a connection that someone keeps open is no reason to stay.
setTimeout(() => process.exit(), 500).unref()

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
}
