import type { Provider } from '../../src/providers/provider.ts'
import type { Seeded } from '../support/seeded.ts'
import { tell } from '../support/vendor-speech.ts'

/** What a sandbox is that these deeds are done to. */
type State = 'absent' | 'fresh' | 'full' | 'imported'

/** What changes a sandbox as a whole: it is done wholly or not at all. */
interface Deed {
  name: string
  from: readonly State[]
  to: State
  /** Of this vendor alone. */
  provider?: string
  run(url: string, at: string, provider: string): Promise<unknown>
}

const users = 300

/** A realm with so many users that it takes a while. */
const realm = {
  realm: 'imported',
  enabled: true,
  clients: [{ clientId: 'till', secret: 'till-secret', redirectUris: ['http://localhost:3000/*'] }],
  users: Array.from({ length: users }, (_, n) => ({ username: `user-${n}`, enabled: true, email: `user-${n}@example.com` })),
}

/** One sandbox's: what it should be, and what was under way. */
interface Subject {
  provider: string
  at: string
  state: State
  pending?: Deed
}

/** How each kind of deed ended that a kill interrupted, and how many were answered. */
export type DeedCounts = Record<string, { answered: number; whole: number; undone: number }>

/** Sandboxes of several vendors that are created, restored, reset, imported to and deleted, one deed after the other. */
export class Deeds {
  readonly counts: DeedCounts = {}
  readonly #subjects: Subject[]
  /** What a sandbox of a vendor holds in a state: figures that tell one from another, and from a half. */
  readonly #holds = new Map<string, string>()
  readonly #full = new Map<string, unknown>()
  #begun = Promise.withResolvers<void>()

  readonly #deeds: readonly Deed[] = [
    {
      name: 'create',
      from: ['absent'],
      to: 'fresh',
      run: (url, at, provider) => tell(url, 'POST', '/sandboxes', { name: nameOf(at), provider }),
    },
    {
      name: 'restore',
      from: ['fresh', 'imported'],
      to: 'full',
      run: (url, at, provider) => tell(url, 'PUT', `${at}/snapshot`, this.#full.get(provider)),
    },
    { name: 'import', from: ['fresh'], to: 'imported', provider: 'keycloak', run: (url, at) => tell(url, 'POST', `${at}/import`, realm) },
    { name: 'reset', from: ['full', 'imported'], to: 'fresh', run: (url, at) => tell(url, 'POST', `${at}/reset`) },
    { name: 'delete', from: ['fresh', 'full', 'imported'], to: 'absent', run: (url, at) => tell(url, 'DELETE', at) },
  ]

  constructor(providers: readonly Provider[]) {
    this.#subjects = providers.map(({ id }) => ({ provider: id, at: `/sandboxes/deed-${id}`, state: 'absent' }))
  }

  /** Learns what each state holds, by doing everything once without being interrupted. */
  async learn(url: string): Promise<void> {
    for (const subject of this.#subjects) {
      const { provider, at } = subject
      const learn = async (state: State) => this.#holds.set(`${provider} ${state}`, await holdings(url, at))
      const run = async (name: string) => {
        const deed = this.#deeds.find((one) => one.name === name)
        await deed?.run(url, at, provider)
      }
      await learn('absent')
      await run('create')
      await learn('fresh')
      await tell(url, 'POST', `${at}/users/generate`, { count: users })
      await learn('full')
      this.#full.set(provider, await tell(url, 'GET', `${at}/snapshot`))
      if (provider === 'keycloak') {
        await run('reset')
        await run('import')
        await learn('imported')
      }
      await run('delete')
    }
  }

  /** Does one deed after the other until the connection breaks. */
  async work(url: string, random: Seeded): Promise<string | undefined> {
    for (;;) {
      const subject = this.#subjects[random.below(this.#subjects.length)]
      const fitting = this.#deeds.filter(
        ({ from, provider }) => subject && from.includes(subject.state) && (provider ?? subject.provider) === subject.provider,
      )
      const deed = fitting[random.below(fitting.length)]
      if (subject === undefined || deed === undefined) continue
      subject.pending = deed
      this.#begun.resolve()
      this.#begun = Promise.withResolvers<void>()
      try {
        await deed.run(url, subject.at, subject.provider)
      } catch (error) {
        // fetch says so when the server has gone.
        return error instanceof TypeError ? undefined : String(error)
      }
      subject.state = deed.to
      delete subject.pending
      this.#count(deed).answered++
      await new Promise((later) => setTimeout(later, 30))
    }
  }

  /** Waits until the next deed was sent. */
  next(): Promise<void> {
    return this.#begun.promise
  }

  /** Whether each sandbox is what the answers said, and what was interrupted is done wholly or not at all. */
  async check(url: string): Promise<string[]> {
    const problems: string[] = []
    for (const subject of this.#subjects) {
      const { provider, at, state, pending } = subject
      const found = await holdings(url, at)
      const is = (one: State) => found === this.#holds.get(`${provider} ${one}`)
      const isDone = pending !== undefined && is(pending.to)
      if (!isDone && !is(state)) problems.push(`${at} was ${state}${pending ? `, ${pending.name} was under way` : ''}, and is ${found}`)
      if (pending === undefined) continue
      this.#count(pending)[isDone ? 'whole' : 'undone']++
      if (isDone) subject.state = pending.to
      delete subject.pending
    }
    return problems
  }

  #count({ name }: Deed) {
    const count = this.counts[name] ?? { answered: 0, whole: 0, undone: 0 }
    this.counts[name] = count
    return count
  }
}

const nameOf = (at: string) => at.split('/').at(-1)

/** How many rows of everything a sandbox has, its spaces' too; what is made when somebody first asks for it does not count. */
async function holdings(url: string, at: string): Promise<string> {
  const answer = await fetch(`${url}/_grantbox${at}/snapshot`)
  if (answer.status === 404) return 'absent'
  const { tables, spaces } = (await answer.json()) as Record<string, unknown>
  return JSON.stringify(rows({ tables, spaces }))
}

function rows(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  const counted = Object.entries(value).map(([name, one]) => [name, Array.isArray(one) && name !== 'spaces' ? one.length : rows(one)])
  return Object.fromEntries(counted.filter(([name, one]) => one !== undefined && name !== 'signing_key' && name !== 'hourly_count'))
}
