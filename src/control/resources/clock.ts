import { z } from 'zod'
import { ClockRangeError } from '../../sandbox/clock.ts'
import { duration } from '../../sandbox/duration.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import type { Sandboxes } from '../../sandbox/sandboxes.ts'
import { invalid } from '../problem.ts'
import { sandboxRoutes } from '../sandbox-routes.ts'
import { rfc3339, time } from '../schemas.ts'

const answer = z
  .object({
    now: time,
    offset_ms: z.number().describe("How far it is from the machine's clock, or was when it was stopped."),
    frozen: z.boolean(),
  })
  .meta({ id: 'Clock' })

export const clockChange = z
  .strictObject({
    now: z.iso.datetime({ offset: true }).optional().describe('Sets the time.'),
    offset_ms: z.int().optional().describe("Sets the time, by its distance from the machine's; 0 is the machine's time."),
    frozen: z.boolean().optional().describe('Stops the clock, or lets it go on from where it stands.'),
  })
  .refine(({ now, offset_ms }) => now === undefined || offset_ms === undefined, {
    error: 'now or offset_ms, not both',
    path: ['offset_ms'],
  })

export const clockAdvance = z.strictObject({ by: duration.describe('Such as "6m", "90s", "250ms", "-1h", or a number of seconds.') })

/** A sandbox's time, by which its tokens are issued and checked. */
export const clock = sandboxRoutes('clock', ({ get, patch, post }, { sandboxes }) => {
  get('/clock', "A sandbox's time", { answer }, ({ sandbox }) => viewClock(sandbox))

  patch('/clock', 'Set, stop or start the clock', { body: clockChange, answer }, ({ sandbox, body }) => {
    changeClock(body, sandbox, sandboxes)
    return viewClock(sandbox)
  })

  post('/clock/advance', 'Move the clock, back when negative', { body: clockAdvance, answer }, ({ sandbox, body }) => {
    advanceClock(body, sandbox, sandboxes)
    return viewClock(sandbox)
  })
})

function viewClock({ clock }: Sandbox): z.output<typeof answer> {
  const { offset, frozen_at } = clock.state
  return { now: rfc3339(clock.now()), offset_ms: offset, frozen: frozen_at !== null }
}

/** @throws Problem for a time that no clock can have */
export function changeClock(change: z.output<typeof clockChange>, sandbox: Sandbox, sandboxes: Sandboxes): void {
  const { now, offset_ms, frozen } = change
  const wanted = { now: now === undefined ? undefined : Date.parse(now), offset: offset_ms, frozen }
  within(now === undefined ? 'offset_ms' : 'now', now ?? offset_ms, () => sandboxes.setClock(sandbox, wanted))
}

/** @throws Problem for a time that no clock can have */
export function advanceClock({ by }: z.output<typeof clockAdvance>, sandbox: Sandbox, sandboxes: Sandboxes): void {
  within('by', `${by}ms`, () => sandboxes.advanceClock(sandbox, by))
}

/** @throws Problem that names the member of the body that asked for a time which no clock can have */
function within(field: string, came: unknown, move: () => void): void {
  try {
    move()
  } catch (error) {
    throw error instanceof ClockRangeError ? invalid({ field, expected: error.message, came }) : error
  }
}
