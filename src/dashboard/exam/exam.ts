/**
 * In this room: the exam of a client by hand, and its report.
 * Elsewhere: what is tried and judged (`exam/`), and reports as files (`exam/reports/`).
 */

import { examDraft, examOptions, examWorld } from '../../control/input/exam-draft.ts'
import { Problem } from '../../control/problem.ts'
import { attestationIn, badgeIn, keySetOf } from '../../control/resources/exam-attestation.ts'
import { CastError, ExamRunningError } from '../../exam/errors.ts'
import type { Sitting } from '../../exam/exams.ts'
import type { Signal } from '../../exam/play.ts'
import { type Profile, profiles } from '../../exam/profiles.ts'
import { formats, formatted, mediaTypes } from '../../exam/reports/formats.ts'
import { outcomeOf } from '../../exam/reports/outcome.ts'
import type { Sandboxes } from '../../sandbox/sandboxes.ts'
import type { Choice } from '../forms/form.ts'
import { confirm } from '../frame/confirm.ts'
import { sendFile } from '../frame/file.ts'
import { noticesOf } from '../frame/notices.ts'
import { page } from '../frame/page.ts'
import { part, type Visit } from '../frame/visit.ts'
import { type BadgeView, badgeView, fileOf } from './badge-view.ts'
import { Desk } from './desk.ts'
import { type ReportView, reportView } from './report-view.ts'
import { type TaskView, taskView } from './task-view.ts'

/** The exam is loaded when somebody looks at one. */
const load = () => import('../../exam/exams.ts')

const beginPage = page<{
  action: string
  clients: readonly Choice[]
  profiles: readonly Choice[]
  lengths: readonly Choice[]
  abilities: readonly Choice[]
  error?: string | undefined
}>('exam-begin')

const taskPage = page<TaskView & { action: string; refresh?: string }>('exam-task')

const reportPage = page<ReportView & { action: string; badge: BadgeView }>('exam-report')

const notices = noticesOf({
  'exam-stopped': 'The exam was ended. The sandbox is as it was before.',
})

const icon = '<path d="M9 4h6v3H9zM9 5.500H6v15h12v-15h-3M9 13.500l2.200 2.200 4-4.400"/>'

/** What else an app may be able to do. */
const asked = [
  { value: 'call_api', label: 'call an API with the token that it got' },
  { value: 'logout', label: 'log its user out' },
] as const

/** What the buttons say. */
const words: Readonly<Record<string, Signal>> = { in: { signed_in: true }, out: { signed_in: false } }

/** One exam in a sandbox: what it is, what to do next, what came of it. */
export const examPages = part({ icon, notices }, ({ get, post, deps }) => {
  get('/exam', async (visit) => {
    const sitting = await sittingIn(visit)
    if (sitting === undefined) return beginForm(visit, deps.sandboxes)
    const action = `${visit.base}/exam`
    const { client_id } = sitting.exam.cast.client
    if (sitting.exam.findings.state !== 'running') {
      return visit.show(reportPage, {
        title: `Exam of ${client_id}`,
        action,
        ...reportView(sitting.report(), visit.base),
        badge: badgeView(sitting.examined(), visit),
      })
    }
    const view = taskView(sitting.exam, Desk.at(sitting.exam))
    return visit.show(taskPage, { title: `Exam of ${client_id}`, action, ...view, ...(view.task === undefined && { refresh: '2' }) })
  })

  post('/exam', async (visit) => {
    const { sandbox, form } = visit
    const { beginExam } = await load()
    const profile = Object.keys(profiles).filter((one): one is Profile => one === form.text('profile'))
    const draft = examDraft.parse({
      client_id: form.text('client'),
      quick: form.text('length') !== 'whole',
      signals: ['signed_in', ...asked.flatMap(({ value }) => (form.all('can').includes(value) ? [value] : []))],
      ...(profile.length > 0 && { profile }),
    })
    try {
      const { exam } = await beginExam(examWorld(sandbox, deps), { ...examOptions(draft), by_hand: true })
      await new Desk(exam).soon()
    } catch (error) {
      if (error instanceof CastError) return beginForm(visit, deps.sandboxes, `${error.message}.`)
      // Then it goes on, and is shown.
      if (!(error instanceof ExamRunningError)) throw error
    }
    return visit.go('/exam')
  })

  post('/exam/said', async (visit) => {
    const sitting = await sittingIn(visit)
    const desk = sitting && Desk.at(sitting.exam)
    desk?.say(visit.form.whole('task', 1, 1_000_000), words[visit.form.text('said')])
    await desk?.soon()
    return visit.go('/exam')
  })

  get('/exam/end', (visit) =>
    confirm(visit, {
      heading: 'End this exam?',
      lines: ['It cannot be gone on with.', 'What it found so far is shown.'],
      path: '/exam/end',
      button: 'End it',
      back: '/exam',
    }),
  )

  post('/exam/end', async (visit) => {
    const sitting = await sittingIn(visit)
    sitting?.exam.stop()
    return visit.go('/exam', notices['exam-stopped'])
  })

  post('/exam/forget', async (visit) => {
    const { endExam } = await load()
    endExam(visit.sandbox)
    return visit.go('/exam')
  })

  const file = (path: string, ending: string, type: string, read: (visit: Visit) => Promise<string>) =>
    get(`/exam/${path}`, async (visit) => sendFile(visit.reply, { name: fileOf(visit.sandbox, ending), type, text: await read(visit) }))
  file('badge.svg', '.svg', 'image/svg+xml', badgeIn)
  file('attestation', '.jwt', 'application/jwt', attestationIn)
  file('jwks', '-keys.json', 'application/json', async ({ sandbox }) => JSON.stringify(await keySetOf(sandbox)))

  get('/exam/report/:format', async (visit) => {
    const { params, sandbox, reply } = visit
    const sitting = await sittingIn(visit)
    const format = formats.find((one) => one === params.format)
    if (sitting === undefined || format === undefined) throw new Problem(404, 'There is no such report.')
    const report = sitting.report()
    return sendFile(reply, {
      name: fileOf(sandbox, format === 'junit' ? '.junit.xml' : format === 'text' ? '.txt' : `.${format}`),
      type: mediaTypes[format],
      text: formatted(format, report, outcomeOf(report, { fail_on: 'must' }, Date.parse(report.exam.started))),
    })
  })
})

async function sittingIn({ sandbox }: Visit): Promise<Sitting | undefined> {
  return (await load()).sittingOf(sandbox)
}

function beginForm(visit: Visit, sandboxes: Sandboxes, error?: string) {
  const { sandbox, base, query, form } = visit
  const typed = (name: string) => form.text(name) || query.text(name)
  const clients = (sandboxes.find(sandbox.name) ?? sandbox).directory.listClients()
  const choose = (value: string, label: string, name: string) => ({ value, label, chosen: typed(name) === value })
  return visit.show(
    beginPage,
    {
      title: 'Exam',
      action: `${base}/exam`,
      clients: clients.map(({ client_id, app }) => choose(client_id, `${app.name}: ${client_id}`, 'client')),
      profiles: [
        choose('', 'Guessed from what it asks for', 'profile'),
        ...Object.entries(profiles).map(([name, of]) => choose(name, `${name}: ${of}`, 'profile')),
      ],
      lengths: [
        choose('short', 'Short: what goes wrong most often', 'length'),
        choose('whole', 'Whole: all that the profile asks for', 'length'),
      ],
      abilities: asked.map(({ value, label }) => ({ value, label, chosen: form.all('can').includes(value) })),
      error,
    },
    error === undefined ? 200 : 400,
  )
}
