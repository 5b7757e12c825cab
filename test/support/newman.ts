import { createRequire } from 'node:module'

/** What is used here of Newman, which brings no types. */
interface Newman {
  run(options: object, done: (error: Error | null, summary: NewmanSummary) => void): void
}

interface NewmanSummary {
  run: {
    failures: { error: { test?: string; message: string } }[]
    executions: { item: { name: string }; response?: { code: number; text(): string } }[]
  }
  environment: { get(name: string): unknown }
}

const newman = createRequire(import.meta.url)('newman') as Newman

/** A run of a collection: what it sent, what came back, and the variables as its scripts left them. */
export interface Run {
  /** What went wrong: tests of the collection's scripts, and requests without an answer. */
  failures: string[]
  answers: { name: string; status: number | undefined; body: unknown }[]
  variable(name: string): string
}

/** Runs a collection as Postman's command line does. */
export async function runCollection(options: {
  collection: object
  environment: object
  /** Values for the environment's variables, as a person would type them. */
  variables?: Record<string, string>
  /** A PEM file; without it no certificate is verified, as with Postman's setting turned off. */
  caFile?: string
  folder?: string
  iterationCount?: number
}): Promise<Run> {
  const { caFile, variables = {}, ...rest } = options
  const summary = await new Promise<NewmanSummary>((resolve, reject) => {
    newman.run(
      {
        ...rest,
        envVar: Object.entries(variables).map(([key, value]) => ({ key, value })),
        ...(caFile === undefined ? { insecure: true } : { sslExtraCaCerts: caFile }),
      },
      (error, done) => (error === null ? resolve(done) : reject(error)),
    )
  })
  return {
    failures: summary.run.failures.map(({ error }) => `${error.test ?? ''} ${error.message}`.trim()),
    answers: summary.run.executions.map(({ item, response }) => ({
      name: item.name,
      status: response?.code,
      body: bodyOf(response?.text()),
    })),
    variable: (name) => String(summary.environment.get(name)),
  }
}

/** A body that is no JSON, as an image is, stays text. */
function bodyOf(text = ''): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
