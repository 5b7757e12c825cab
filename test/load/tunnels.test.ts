import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { spawnServer } from '../support/child-server.ts'
import { tunnel } from '../support/proxied.ts'
import { tokensOf } from '../support/standard-client.ts'

/** Says back what it hears. */
async function echo(): Promise<number> {
  const server = createServer((socket) => void socket.on('error', () => {}).pipe(socket))
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

test('500 busy tunnels leave token requests undisturbed, say all that was said, and end with the process', async () => {
  const cwd = await mkdtemp(join(tmpdir(), 'grantbox-tunnels-'))
  onTestFinished(() => rm(cwd, { recursive: true }))
  const server = await spawnServer({ cwd, args: ['--db', ':memory:', '--data', cwd, '--proxy', 'all'] })
  onTestFinished(() => server.kill('SIGKILL'))
  const port = await echo()
  const tunnels = await Promise.all(Array.from({ length: 500 }, () => tunnel(server.url, `127.0.0.1:${port}`)))
  expect(tunnels.filter(({ status }) => status !== 200)).toEqual([])

  const chunk = 'x'.repeat(1000)
  const heard = tunnels.map(({ socket }) => {
    const told = { size: 0, ended: Promise.resolve(), all: Promise.resolve() }
    told.ended = new Promise((resolve) => socket.once('close', () => resolve()))
    told.all = new Promise((resolve) => {
      socket.on('data', (came: Buffer) => {
        told.size += came.length
        if (told.size < 20_000) socket.write(chunk)
        if (told.size >= 20_000) resolve()
      })
    })
    socket.write(chunk)
    return told
  })
  const asked = Array.from({ length: 200 }, () => tokensOf(`${server.url}/standard`))
  for (const tokens of await Promise.all(asked)) expect(tokens).toHaveProperty('access_token')
  await Promise.all(heard.map(({ all }) => all))
  expect(heard.filter(({ size }) => size < 20_000)).toEqual([])

  server.kill('SIGKILL')
  await Promise.all(heard.map(({ ended }) => ended))
})
