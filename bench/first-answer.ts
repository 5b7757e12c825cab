import { connect } from 'node:net'
import { cpuMicroseconds, memory, start } from './process.ts'

/** Milliseconds and CPU milliseconds from spawn until an answer of 200 has come to each of the paths, and the megabytes that are held then. */
export async function firstAnswer(
  args: readonly string[],
  paths: readonly string[],
  env: Record<string, string> = {},
): Promise<{ wall: number; cpu: number; resident: number }> {
  const began = performance.now()
  const running = await start({ args, cwd: import.meta.dirname, env })
  try {
    for (const path of paths) await answered(running.port, path)
    const wall = performance.now() - began
    return { wall, cpu: (cpuMicroseconds(running.pid) ?? Number.NaN) / 1000, resident: memory(running.pid)?.now ?? Number.NaN }
  } finally {
    await running.stop()
  }
}

function answered(port: number, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n`))
    socket.on('error', reject)
    socket.once('data', (chunk) => {
      socket.destroy()
      if (chunk.toString().startsWith('HTTP/1.1 200')) resolve()
      else reject(new Error(chunk.toString().slice(0, 100)))
    })
  })
}
