import { expect, test } from 'vitest'
import { connectGrantbox } from '../../src/index.ts'
import { sendMessage } from '../../src/oauth/model/outbox.ts'
import { start } from '../support/server.ts'

const code = { to: 'alice@example.com', by: 'email', kind: 'passwordless', code: '123456' } as const

test('what would have been sent is listed newest first, chosen by whom it went to and what it is for, and forgotten', async () => {
  const server = await start()
  const sandbox = server.sandbox()
  const box = await connectGrantbox(server.url)
  const { outbox } = await box.sandbox(sandbox.name)
  expect(await outbox.list()).toEqual([])
  const now = sandbox.clock.now()
  sendMessage(sandbox.documents, { ...code, at: now })
  sendMessage(sandbox.documents, { to: '+15005550006', by: 'sms', kind: 'reset', link: 'http://127.0.0.1/reset?t=1', at: now + 1000 })
  const at = (time: number) => new Date(time).toISOString()
  const first = { ...code, link: null, at: at(now) }
  const second = { to: '+15005550006', by: 'sms', kind: 'reset', code: null, link: 'http://127.0.0.1/reset?t=1', at: at(now + 1000) }
  expect(await outbox.list()).toEqual([second, first])
  expect(await outbox.list({ to: 'Alice@Example.com' })).toEqual([first])
  expect(await outbox.list({ kind: 'reset' })).toEqual([second])
  await outbox.clear()
  expect(await outbox.list()).toEqual([])
})

test('two hundred messages are kept, the newest', async () => {
  const server = await start()
  const sandbox = server.sandbox()
  for (let number = 1; number <= 205; number++) sendMessage(sandbox.documents, { ...code, code: String(number), at: number })
  const { outbox } = await (await connectGrantbox(server.url)).sandbox(sandbox.name)
  const codes = (await outbox.list()).map((message) => Number(message.code))
  expect([codes.length, codes[0], codes.at(-1)]).toEqual([200, 205, 6])
})
