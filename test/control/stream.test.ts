import { describe, expect, test, vi } from 'vitest'
import { control } from '../support/control-client.ts'
import { findFluffy, passwordTokens, postToken } from '../support/iokids-client.ts'
import { launch, start, type TestServer } from '../support/server.ts'

const path = '/_grantbox/sandboxes/iokids/requests/stream'

/** Reads a stream of events until `count` of them have come. */
async function events(response: Response, count: number) {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  const found = () =>
    [...text.matchAll(/id: (\d+)\nevent: (\w+)\ndata: (.*)\n\n/g)].map(([, id, event, data = '']) => ({
      id,
      event,
      data: JSON.parse(data),
    }))
  while (found().length < count) {
    const chunk = await reader?.read()
    if (chunk === undefined || chunk.done) break
    text += chunk.value
  }
  await reader?.cancel()
  return found()
}

const open = (server: TestServer, query = '', headers: Record<string, string> = {}) => fetch(`${server.url}${path}${query}`, { headers })
const wrong = (server: TestServer) => postToken(server.url, { grant_type: 'password', ...findFluffy, username: 'x', password: 'y' })

describe('the journal as a stream', () => {
  test('tells each request when it comes, without its secrets', async () => {
    const server = await start()
    await passwordTokens(server.url)
    const response = await open(server)
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8'])
    const coming = events(response, 1)
    await wrong(server)
    const [event] = await coming
    const [last] = (await control(server, 'GET', '/sandboxes/iokids/requests?limit=1')).body.items
    expect(event).toEqual({ id: String(last.id), event: 'request', data: last })
    expect(last).toMatchObject({ endpoint: 'token', status: 400, request_body: { password: '…' } })
  })

  test('tells only what the filters ask for', async () => {
    const server = await start()
    const coming = events(await open(server, '?endpoint=userinfo&endpoint=token'), 1).catch(() => [])
    expect(await coming).toEqual([])
    const filtered = events(await open(server, '?grant_type=refresh_token'), 1)
    const { refresh_token } = await passwordTokens(server.url)
    await postToken(server.url, { grant_type: 'refresh_token', refresh_token, ...findFluffy })
    expect((await filtered).map(({ data }) => data.grant_type)).toEqual(['refresh_token'])
  })

  test('goes on behind Last-Event-ID, so that a client that was cut off misses nothing', async () => {
    const server = await start()
    await wrong(server)
    await wrong(server)
    const [first, second] = (await control(server, 'GET', '/sandboxes/iokids/requests')).body.items
    const coming = events(await open(server, '?after=0', { 'last-event-id': String(first.id) }), 2)
    await wrong(server)
    const ids = (await coming).map(({ id }) => Number(id))
    expect(ids).toEqual([second.id, ids[1]])
    expect(ids[1]).toBeGreaterThan(second.id)
  })

  test('says 404 for a sandbox that is not there', async () => {
    const server = await start()
    expect((await fetch(`${server.url}/_grantbox/sandboxes/nowhere/requests/stream`)).status).toBe(404)
  })

  test('ends when the server stops, and so does waiting for a request', async () => {
    const server = await launch()
    const stream = await open(server)
    const waiting = control(server, 'GET', '/sandboxes/iokids/requests?wait=60')
    await vi.waitFor(async () => expect(stream.ok).toBe(true))
    await new Promise((resolve) => setTimeout(resolve, 50))
    const closing = server.close()
    expect(await stream.text()).toContain(': the journal')
    expect((await waiting).body.items).toEqual([])
    await closing
  })

  test('follows no longer when its reader has gone', async () => {
    const server = await start()
    const unfollowed = vi.fn()
    const { journal } = server.sandbox()
    const follow = journal.follow.bind(journal)
    vi.spyOn(journal, 'follow').mockImplementation((query, tell) => {
      const unfollow = follow(query, tell)
      return () => {
        unfollow()
        unfollowed()
      }
    })
    const abort = new AbortController()
    await fetch(`${server.url}${path}`, { signal: abort.signal })
    abort.abort()
    await vi.waitFor(() => expect(unfollowed).toHaveBeenCalled())
  })
})
