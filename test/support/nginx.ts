import { execFileSync, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** Whether this machine has a real nginx: it is no dependency of ours. */
export function hasNginx(): boolean {
  try {
    execFileSync('nginx', ['-v'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/**
 * Runs nginx until the test ends, or is told to stop.
 * @param http what stands in its block `http`, given a folder for files
 */
export async function startNginx(http: (folder: string) => string | Promise<string>): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'grantbox-nginx-'))
  const own = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((one) => `${one}_temp_path ${folder}/${one};`).join('\n')
  await writeFile(
    join(folder, 'nginx.conf'),
    `daemon off; pid ${folder}/pid; error_log stderr; events {}\nhttp { access_log off;\n${own}\n${await http(folder)} }`,
  )
  const running = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')], { stdio: 'ignore' })
  const ended = new Promise((resolve) => running.once('close', resolve))
  let stopping: Promise<void> | undefined
  const stop = () => {
    running.kill('SIGTERM')
    stopping ??= ended.then(() => rm(folder, { recursive: true }))
    return stopping
  }
  onTestFinished(stop)
  return stop
}
