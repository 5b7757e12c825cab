import { z } from 'zod'
import { given } from '../../basics/given.ts'
import { AskedAnewError, CastError, ExamRunningError } from '../../exam/errors.ts'
import type { Sitting } from '../../exam/exams.ts'
import { levels } from '../../exam/level.ts'
import { profiles } from '../../exam/profiles.ts'
import { proofs } from '../../exam/proof.ts'
import { ways } from '../../exam/tasks.ts'
import type { User } from '../../oauth/model/records.ts'
import { subjectFor } from '../../oauth/realm/subject.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { examDraft, examOptions, examWorld } from '../input/exam-draft.ts'
import { Problem } from '../problem.ts'
import { sandboxRoutes } from '../sandbox-routes.ts'

/** The exam is loaded when there is one. */
const load = () => import('../../exam/exams.ts')

const exhibit = z.object({
  entry: z.number().describe('The id of the request.'),
  role: z.enum(['deed', 'proof', 'control']).describe('What was done to the client, what it did, or the same in an honest run.'),
  method: z.string(),
  path: z.string(),
  status: z.number(),
  at_ms: z.number().describe('Milliseconds since the first request of this verdict.'),
  asked: z.record(z.string(), z.string()).describe('Secrets are fingerprints: the same value has the same one.'),
  answered: z.record(z.string(), z.string()),
})

const ruleReport = z
  .object({
    id: z.string(),
    group: z.string(),
    level: z.enum(levels),
    verdict: z.enum(['passed', 'failed', 'not_exercised', 'waived']),
    proof: z.enum(proofs).exactOptional().describe('What the verdict rests on; `silence` is the weakest.'),
    reason: z.string().exactOptional().describe('Why it was not exercised, or why it is waived.'),
    message: z.string(),
    source: z.string(),
    why: z.string(),
    mend: z.string(),
    evidence: z.array(exhibit),
  })
  .meta({ id: 'ExamRule' })

const report = z
  .object({
    exam: z.looseObject({
      profile: z.array(z.enum(Object.keys(profiles) as [keyof typeof profiles])).readonly(),
      guessed: z.string().exactOptional().describe('By what the profile was guessed.'),
      vendor: z.string().exactOptional().describe('Whose own rules are among these.'),
      rules_version: z.string(),
      rules_newer: z.number().exactOptional().describe('How many rules of later versions are left out.'),
      client_id: z.string(),
      sandbox: z.string(),
      started: z.string(),
      signals: z.array(z.string()).readonly(),
      state: z.enum(['running', 'done', 'stopped']),
      void: z.string().exactOptional().describe('Why the whole says nothing.'),
    }),
    controls: z.array(z.object({ what: z.string(), ok: z.boolean(), took_ms: z.number() })).readonly(),
    rules: z.array(ruleReport),
    counts: z.object({
      passed: z.number(),
      failed: z.number(),
      failed_must: z.number(),
      not_exercised: z.number(),
      waived: z.number(),
      by_silence: z.number(),
    }),
  })
  .meta({ id: 'ExamReport' })

const begun = z
  .object({
    id: z.string(),
    scenarios: z.array(z.object({ rules: z.array(z.string()), title: z.string() })).describe('What may be tried, in its order.'),
    issuer: z.string(),
    client: z.object({
      client_id: z.string(),
      client_secret: z.string().nullable().describe('Null for a public client.'),
      redirect_uri: z.string().exactOptional().describe('Its first.'),
    }),
    mallory: z.object({ username: z.string(), sub: z.string() }).describe('Who stands in what is forged, and never logs in.'),
    user: z.object({ username: z.string(), sub: z.string(), email: z.string().nullable() }),
  })
  .meta({ id: 'Exam' })

const task = z
  .object({
    task: z.number().exactOptional().describe('Counts up.'),
    scenario: z.number().exactOptional().describe('Which of those that were listed it belongs to.'),
    do: z.enum(['login', 'call_api', 'logout', 'nothing_left']),
    username: z.string().exactOptional().describe('Who is to log in.'),
    password: z.string().exactOptional(),
    way: z.enum(ways).exactOptional().describe("For grantbox's own browser."),
    times: z.number().exactOptional(),
    at_once: z.boolean().exactOptional(),
  })
  .meta({ id: 'ExamTask' })

const next = z.strictObject({
  busy: z.boolean().default(false).describe('The driver is still at what it was given, and asks when nothing more can be learnt of it.'),
})

const reportQuery = z.strictObject({
  format: z.enum(['text', 'json', 'junit', 'sarif', 'html']).default('json'),
  sarif_file: z.string().optional().describe('The file of the app that findings stand at in SARIF.'),
})

const signal = z.strictObject({
  signed_in: z.boolean().optional().describe('Whether the app let somebody in.'),
  user: z.string().nullable().optional().describe('Whom the app shows: a subject, a username or an address; null for nobody.'),
  seen: z.record(z.string(), z.unknown()).optional().describe("What grantbox's own browser saw."),
})

/** One client's exam: it lays down tasks, and a driver in any language does them. */
export const exam = sandboxRoutes('exam', ({ get, create, post, remove }, deps) => {
  create('/exam', 'Begin an exam of a client', { body: examDraft.prefault({}), answer: begun }, async ({ sandbox, body, addresses }) => {
    const { beginExam } = await load()
    try {
      const { id, exam } = await beginExam(examWorld(sandbox, deps), examOptions(body))
      return { id, scenarios: exam.scenarios, issuer: addresses.issuer, ...castView(exam.cast, sandbox) }
    } catch (error) {
      if (error instanceof ExamRunningError) throw new Problem(409, `${error.message}: DELETE it first`)
      if (error instanceof CastError) throw new Problem(400, error.message)
      throw error
    }
  })

  const asked = { body: next.prefault({}), answer: task }
  post('/exam/next', 'What the driver is to do; answered when what it did before is judged', asked, async ({ sandbox, body }) => {
    const { exam } = await sitting(sandbox)
    try {
      return await exam.next(body.busy)
    } catch (error) {
      throw error instanceof AskedAnewError ? new Problem(409, error.message) : error
    }
  })

  post('/exam/signal', 'Say what came of it', { body: signal, answer: z.object({}) }, async ({ sandbox, body }) => {
    const { exam } = await sitting(sandbox)
    exam.say(body)
    return {}
  })

  const found = { query: reportQuery, answer: report }
  get('/exam', 'What the exam has found so far', found, async ({ sandbox, query: { format, sarif_file }, reply }) => {
    const said = (await sitting(sandbox)).report()
    if (format === 'json') return said
    const { formatted, mediaTypes } = await import('../../exam/reports/formats.ts')
    const { outcomeOf } = await import('../../exam/reports/outcome.ts')
    const text = formatted(format, said, outcomeOf(said, { fail_on: 'must' }, deps.clock.now()), sarif_file)
    // The schema is the one of JSON, as the report is that the others are made of.
    reply.type(mediaTypes[format]).serializer(() => text)
    return said
  })

  remove('/exam', 'End the exam; the sandbox is as before', async ({ sandbox }) => {
    const { endExam } = await load()
    if (!endExam(sandbox)) throw noExam(sandbox)
  })
})

function castView({ client, alice, mallory }: Sitting['exam']['cast'], sandbox: Sandbox) {
  const { client_id, client_secret, app } = client
  const sub = (user: User) => subjectFor(user, client, sandbox)
  return {
    client: { client_id, client_secret, ...given({ redirect_uri: app.redirect_uris[0] }) },
    user: { username: alice.username, sub: sub(alice), email: alice.email },
    mallory: { username: mallory.username, sub: sub(mallory) },
  }
}

/** The exam of a sandbox. @throws Problem 404 */
export async function sitting(sandbox: Sandbox) {
  const { sittingOf } = await load()
  const found = sittingOf(sandbox)
  if (found === undefined) throw noExam(sandbox)
  return found
}

function noExam({ name }: Sandbox): Problem {
  return new Problem(404, `There is no exam in sandbox '${name}'; POST /_grantbox/sandboxes/${name}/exam begins one`)
}
