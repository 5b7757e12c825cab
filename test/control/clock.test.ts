import { describe, expect, test } from 'vitest'
import { parseDuration } from '../../src/sandbox/duration.ts'
import { Sandboxes } from '../../src/sandbox/sandboxes.ts'
import { Database } from '../../src/store/database/database.ts'
import { sandboxTable } from '../../src/store/sandbox-table.ts'

import { iokids, type Json, providers, start } from '../support/control-api.ts'

describe('the clock', () => {
  const fixed = { now: () => Date.UTC(2030, 0, 1) }

  async function startFixed() {
    const db = new Database(':memory:')
    const sandboxes = new Sandboxes(sandboxTable(db), providers, fixed, 'iokids')
    sandboxes.declare()
    return { ...(await start({ sandboxes, clock: fixed })), db, sandboxes }
  }

  test('moves forth and back by durations', async () => {
    const { call, db } = await startFixed()
    const steps: [unknown, string, number][] = [
      ['6m', '2030-01-01T00:06:00.000Z', 360_000],
      ['-90s', '2030-01-01T00:04:30.000Z', 270_000],
      ['250ms', '2030-01-01T00:04:30.250Z', 270_250],
      [0.75, '2030-01-01T00:04:31.000Z', 271_000],
    ]
    for (const [by, now, offset_ms] of steps) {
      expect((await call('POST', `${iokids}/clock/advance`, { by })).body).toEqual({ now, offset_ms, frozen: false })
    }
    expect((await call('GET', `${iokids}/clock`)).body.offset_ms).toBe(271_000)
    const reopened = new Sandboxes(sandboxTable(db), providers, fixed, 'iokids')
    reopened.declare()
    expect(reopened.default?.clock.state.offset).toBe(271_000)
  })

  test('is set, stopped and let go on, and stays so after a restart', async () => {
    const { call, db } = await startFixed()
    const patch = async (body: Json) => (await call('PATCH', `${iokids}/clock`, body)).body
    const then = { now: '2031-05-01T10:00:00.000Z', offset_ms: Date.UTC(2031, 4, 1, 10) - Date.UTC(2030, 0, 1) }
    expect(await patch({ now: '2031-05-01T12:00:00+02:00' })).toEqual({ ...then, frozen: false })
    expect(await patch({ frozen: true })).toEqual({ ...then, frozen: true })
    const reopened = new Sandboxes(sandboxTable(db), providers, { now: () => fixed.now() + 5000 }, 'iokids')
    reopened.declare()
    expect(reopened.default?.clock.now()).toBe(Date.parse(then.now))
    const { body } = await call('POST', `${iokids}/clock/advance`, { by: '1h' })
    expect(body).toMatchObject({ now: '2031-05-01T11:00:00.000Z', frozen: true })
    expect(await patch({ now: '2031-05-01T11:00:00Z' })).toMatchObject({ frozen: true })
    expect(await patch({ frozen: false })).toMatchObject({ now: '2031-05-01T11:00:00.000Z', frozen: false })
    expect(await patch({ offset_ms: 0 })).toEqual({ now: '2030-01-01T00:00:00.000Z', offset_ms: 0, frozen: false })
  })

  test.each([
    ['5m', 300_000],
    ['90s', 90_000],
    ['250ms', 250],
    ['1h', 3_600_000],
    ['1.5h', 5_400_000],
    ['-90s', -90_000],
    ['2d', 172_800_000],
    [7, 7000],
    ['7', 7000],
    ['5 m', undefined],
    ['m', undefined],
    ['', undefined],
    ['1e9', undefined],
    ['99999999999h', undefined],
    [Number.NaN, undefined],
  ])('reads the duration %j as %j milliseconds', (given, milliseconds) => {
    expect(parseDuration(given)).toBe(milliseconds)
  })
})
