import { z } from 'zod'
import { duration } from '../../sandbox/duration.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import type { Resource } from '../deps.ts'
import { sandboxNamed } from '../input/lookup.ts'
import { invalid } from '../problem.ts'
import { inSandbox, refusal, rfc3339, time } from '../schemas.ts'

const clockView = z
  .object({
    now: time,
    offset_ms: z.number().describe("How far it is from the machine's clock, or was when it was stopped."),
    frozen: z.boolean(),
  })
  .meta({ id: 'Clock' })

const change = z
  .strictObject({
    now: z.iso.datetime({ offset: true }).optional().describe('Sets the time.'),
    offset_ms: z.int().optional().describe("Sets the time, by its distance from the machine's; 0 is the machine's time."),
    frozen: z.boolean().optional().describe('Stops the clock, or lets it go on from where it stands.'),
  })
  .refine(({ now, offset_ms }) => now === undefined || offset_ms === undefined, {
    error: 'now or offset_ms, not both',
    path: ['offset_ms'],
  })

/** What RFC 3339 can say, from the epoch on. */
const latest = Date.UTC(10_000, 0) - 1

/** A sandbox's time, by which its tokens are issued and checked. */
export const clock: Resource = async (app, { sandboxes, clock: machine }) => {
  const path = '/sandboxes/:sandbox/clock'
  const answer = { 200: clockView, default: refusal }

  app.get(path, { schema: { tags: ['clock'], summary: "A sandbox's time", params: inSandbox, response: answer } }, async (request) =>
    viewClock(sandboxNamed(request.params.sandbox, sandboxes)),
  )

  app.patch(
    path,
    { schema: { tags: ['clock'], summary: 'Set, stop or start the clock', params: inSandbox, body: change, response: answer } },
    async (request) => {
      const sandbox = sandboxNamed(request.params.sandbox, sandboxes)
      const { now, offset_ms, frozen } = request.body
      if (now !== undefined) checkTime(Date.parse(now), 'now', now)
      if (offset_ms !== undefined) checkTime(machine.now() + offset_ms, 'offset_ms', offset_ms)
      await sandboxes.setClock(sandbox, { now: now === undefined ? undefined : Date.parse(now), offset: offset_ms, frozen })
      return viewClock(sandbox)
    },
  )

  app.post(
    `${path}/advance`,
    {
      schema: {
        tags: ['clock'],
        summary: 'Move the clock, back when negative',
        params: inSandbox,
        body: z.strictObject({ by: duration.describe('Such as "6m", "90s", "250ms", "-1h", or a number of seconds.') }),
        response: answer,
      },
    },
    async (request) => {
      const sandbox = sandboxNamed(request.params.sandbox, sandboxes)
      checkTime(sandbox.clock.now() + request.body.by, 'by', `${request.body.by}ms`)
      await sandboxes.advanceClock(sandbox, request.body.by)
      return viewClock(sandbox)
    },
  )
}

function viewClock({ clock }: Sandbox): z.output<typeof clockView> {
  const { offset, frozen_at } = clock.state
  return { now: rfc3339(clock.now()), offset_ms: offset, frozen: frozen_at !== null }
}

/** @throws Problem for a time that cannot be written */
function checkTime(milliseconds: number, field: string, came: unknown): void {
  if (milliseconds >= 0 && milliseconds <= latest) return
  throw invalid({ field, expected: 'a time from 1970 to 9999', came })
}
