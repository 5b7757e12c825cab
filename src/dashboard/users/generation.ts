import { setImmediate } from 'node:timers/promises'
import { randomLowerCase } from '../../basics/random.ts'
import { Problem } from '../../control/problem.ts'
import { draftUsers, type Generation } from '../../sandbox/generation.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { noticesOf } from '../frame/notices.ts'
import { page } from '../frame/page.ts'
import { hasKids } from '../frame/vendor.ts'
import { part, type Visit } from '../frame/visit.ts'
import { usersPerPage } from './users.ts'

const most = 10_000

/** Up to so many users are made while the browser waits. */
const atOnce = 200
/** Users stored in one turn of the event loop: whole families, and few enough that other requests need not wait. */
const chunk = 200

/** Users that are being made. */
interface Job {
  sandbox: string
  total: number
  done: number
  error?: string
  /** How many users there were before. */
  before: number
}

const generationPage = page<{ done: number; total: number; error?: string | undefined; back: string; refresh?: string }>('generation')

const notices = noticesOf({
  'users-generated': (n: string) => (n === '1' ? 'One user was generated.' : `${n} users were generated.`),
})

/** Users by the hundred: few at once, many in the background with a page that shows how far it is. */
export const generationPages = part({ notices }, ({ get, post, deps }) => {
  const jobs = new Map<string, Job>()

  post('/sandbox/generate', async (visit) => {
    const { sandbox, base, form } = visit
    const count = form.whole('count', 1, most)
    if (count === undefined) throw new Problem(400, `How many users? A number from 1 to ${most.toLocaleString('en-US')} is expected.`)
    const kind = form.text('type')
    const type = hasKids(sandbox.provider) && (kind === 'kid' || kind === 'family') ? kind : undefined
    const job: Job = {
      sandbox: sandbox.name,
      total: count * (type === 'family' ? 4 : 1),
      done: 0,
      before: sandbox.directory.countUsers(),
    }
    if (job.total <= atOnce) {
      await work(job, { count, type }, sandbox)
      return finished(visit, job)
    }
    // The browser has its answer before the work begins, which would hold it up.
    visit.reply.raw.once('finish', () => {
      work(job, { count, type }, sandbox).catch((error) => {
        job.error = 'grantbox itself failed; its log says more.'
        deps.onError?.(error)
      })
    })
    const id = randomLowerCase(12)
    jobs.set(id, job)
    for (const old of jobs.keys()) if (jobs.size > 20) jobs.delete(old)
    return visit.reply.code(303).header('Location', `${base}/sandbox/generate/${id}`).send()
  })

  get('/sandbox/generate/:job', (visit) => {
    const job = jobs.get(visit.params.job ?? '')
    if (job === undefined || job.sandbox !== visit.sandbox.name) throw new Problem(404, 'This generation is over, or never was.')
    if (job.error === undefined && job.done >= job.total) return finished(visit, job)
    return visit.show(generationPage, {
      title: 'Generating users',
      done: job.done,
      total: job.total,
      error: job.error,
      ...(job.error === undefined && { refresh: '1' }),
      back: `${visit.base}/sandbox`,
    })
  })
})

async function work(job: Job, wanted: Generation, sandbox: Sandbox): Promise<void> {
  const drafts = await draftUsers(wanted, sandbox)
  while (job.done < drafts.length) {
    sandbox.directory.createUsers(drafts.slice(job.done, job.done + chunk))
    job.done = Math.min(job.done + chunk, drafts.length)
    await setImmediate()
  }
}

/** Goes on to the page of the list where the new users begin. */
function finished({ go }: Visit, job: Job) {
  const page = Math.floor(job.before / usersPerPage) + 1
  return go(page > 1 ? `/sandbox?page=${page}` : '/sandbox', notices['users-generated'], job.total)
}
