import { createHash, randomInt } from 'node:crypto'
import type { User } from '../../oauth/model/records.ts'
import type { Route } from '../provider.ts'
import { route } from './authorized.ts'
import { invalid } from './errors.ts'
import { type List, oneOf, pageOf, wholeNumber } from './paging.ts'
import { summary } from './people.ts'

const types = ['parent', 'kid'] as const

const byUsername: List<User, string> = {
  name: 'search',
  position: ({ username }) => username,
  isPosition: (value) => typeof value === 'string',
}

/** The collection's folder "Search". */
export const searchRoutes: readonly Route[] = [
  route('GET', '/v1/search', 'search', ({ query, social, user }) => {
    const prefix = (query.q ?? '').trim().replace(/^@/, '')
    if ([...prefix].length < 2)
      throw invalid('q must have at least 2 characters', `q must have at least 2 characters; '${query.q ?? ''}' came`)
    const type = oneOf(query, 'type', types)
    return pageOf(query, byUsername, (after = '', limit) => social.people.search(user, { prefix, type, after, limit }), summary)
  }),
  route('GET', '/v1/search/random', 'search', ({ query, social, user }) => {
    const count = wholeNumber(query, 'count', 10, 20)
    const rows = social.people.visibleRows(user, oneOf(query, 'type', types))
    const chosen = choose(rows, count, query.seed === undefined ? randomInt : seeded(query.seed))
    return { status: 200, body: { items: social.people.byRows(chosen).map(summary), next_cursor: null } }
  }),
]

/** So many of the list, each once, in random order: the first steps of a Fisher-Yates shuffle. */
function choose(list: readonly number[], count: number, below: (bound: number) => number): number[] {
  const rest = [...list]
  const chosen: number[] = []
  while (chosen.length < count && rest.length > 0) {
    const last = rest.pop() ?? 0
    const i = below(rest.length + 1)
    chosen.push(rest[i] ?? last)
    if (i < rest.length) rest[i] = last
  }
  return chosen
}

/** Numbers that follow from the seed. */
function seeded(seed: string): (bound: number) => number {
  let step = 0
  return (bound) => createHash('sha256').update(`${seed}\0${step++}`).digest().readUInt32BE() % bound
}
