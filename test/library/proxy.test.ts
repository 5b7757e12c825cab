import { existsSync } from 'node:fs'
import { EnvHttpProxyAgent, request } from 'undici'
import { expect, onTestFinished, test } from 'vitest'
import { connectGrantbox, startGrantbox } from '../../src/index.ts'
import { currentNode, runProgram } from '../support/child.ts'

const asks = `fetch('https://sandbox.iokids.net/v1/me').then((answer) => console.log(answer.status))`

/** Asks as a program in a process of its own. */
const ask = (env: Record<string, string>) => runProgram(currentNode, ['-e', asks], { env: { ...process.env, ...env } })

test('a client in this process is led to a vendor by what box.proxy says', async () => {
  const box = await startGrantbox()
  onTestFinished(() => box.close())
  const { server, bypass, ca } = box.proxy
  expect(box.proxy).toMatchObject({ server: box.url, bypass: 'localhost,.localhost,127.0.0.1,[::1]' })
  expect(box.proxy).not.toHaveProperty('username')
  const dispatcher = new EnvHttpProxyAgent({ httpProxy: server, httpsProxy: server, noProxy: bypass, requestTls: { ca } })
  onTestFinished(() => dispatcher.close())
  const { statusCode } = await request('https://sandbox.iokids.net/v1/me', { dispatcher })
  expect(statusCode).toBe(401)
})

test('a program is led to one of two sandboxes of its vendor by sandbox.proxy, of a grantbox here and of one elsewhere', async () => {
  const here = await startGrantbox({ adminToken: 'the-token' })
  onTestFinished(() => here.close())
  const elsewhere = await connectGrantbox(here.url, { adminToken: 'the-token' })
  for (const [name, box] of Object.entries({ here, elsewhere })) {
    const sandbox = await box.createSandbox({ name, provider: 'iokids' })
    expect(sandbox.proxy).toMatchObject({ server: here.url, username: name, password: 'the-token', ca: here.proxy.ca })
    expect(await ask(sandbox.proxy.env)).toBe('401\n')
    expect((await sandbox.requests.list()).map(({ host }) => host)).toEqual(['sandbox.iokids.net:443'])
  }
  expect(await here.sandbox().requests.list()).toEqual([])
  expect(await ask(elsewhere.proxy.env)).toBe('401\n')
  expect(await here.sandbox().requests.list()).toHaveLength(1)
  await elsewhere.close()
})

test('files are made for those who start programs, and gone when the box is closed', async () => {
  const box = await startGrantbox({ proxy: 'all' })
  const { env } = box.proxy
  expect(box.sandbox().proxy.env.SSL_CERT_FILE).toBe(env.SSL_CERT_FILE)
  expect(existsSync(env.SSL_CERT_FILE ?? '')).toBe(true)
  await box.close()
  expect(existsSync(env.SSL_CERT_FILE ?? '')).toBe(false)
})
