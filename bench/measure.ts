import type { Conversation } from './load.ts'
import { load } from './load.ts'
import { cpuMicroseconds, memory, type Running } from './process.ts'
import { cleanUp, launch, type Subject } from './subjects.ts'

/** How long and how often; `--quick` has less of both. */
export interface Effort {
  /** Requests before the first round, until the compiler has seen what matters. */
  warmUp: number
  /** Seconds that the warm-up may take. */
  patience: number
  /** Seconds of a round. */
  seconds: number
  rounds: number
}

/** One server in a row, and what its clients say. */
export interface Entry {
  subject: Subject
  /** Called when the server runs. */
  conversation: (subject: Subject) => () => Conversation
  /** Requests that make one of what is counted: 2 for a code flow. */
  requestsEach?: number
}

/** Medians over the rounds. */
export interface Result {
  name: string
  perSecond: number
  cpu: number | undefined
  /** Milliseconds of one request. */
  p50: number
  p99: number
  /** Megabytes at most. */
  peak: number | undefined
  failures: number
}

interface Sample {
  perSecond: number
  cpu: number | undefined
  p50: number
  p99: number
}

/** Loads the servers of a row in turns, so that what else the machine does falls on all of them. */
export async function measure(entries: readonly Entry[], clients: number, effort: Effort): Promise<Result[]> {
  const states = entries.map((entry) => ({
    entry,
    running: undefined as Running | undefined,
    samples: [] as Sample[],
    failures: 0,
    peak: 0,
  }))
  try {
    for (let round = 0; round <= effort.rounds; round++) {
      for (const state of states) {
        const { entry } = state
        const { subject } = entry
        state.running ??= await launch(subject)
        const { pid, port } = state.running
        const make = entry.conversation(subject)
        const before = cpuMicroseconds(pid)
        const warming = round === 0
        const connections = Array.from({ length: clients }, make)
        const measured = await load(
          port,
          connections,
          warming ? effort.patience : effort.seconds,
          subject.limit ?? (warming ? effort.warmUp : undefined),
          subject.open,
        )
        const after = cpuMicroseconds(pid)
        state.failures += measured.failures
        state.peak = Math.max(state.peak, memory(pid)?.peak ?? 0)
        const count = measured.requests / (entry.requestsEach ?? 1)
        // The first round warms up; where each round has a new server it cannot, and its best round stands for itself.
        if (round > 0 || subject.limit !== undefined) {
          const cpu = before === undefined || after === undefined ? undefined : (after - before) / count
          state.samples.push({ perSecond: count / measured.seconds, cpu, p50: measured.p50, p99: measured.p99 })
        }
        if (subject.limit !== undefined) {
          await state.running.stop()
          state.running = undefined
        }
      }
    }
  } finally {
    for (const { running, entry } of states) {
      await running?.stop()
      cleanUp(entry.subject)
    }
  }
  return states.map(({ entry, samples, failures, peak }) => {
    const of = (pick: (sample: Sample) => number) => median(samples.map(pick))
    return {
      name: entry.subject.name,
      perSecond: of((one) => one.perSecond),
      cpu: samples.some((one) => one.cpu === undefined) ? undefined : of((one) => one.cpu ?? 0),
      p50: of((one) => one.p50),
      p99: of((one) => one.p99),
      peak: peak === 0 ? undefined : peak,
      failures,
    }
  })
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
