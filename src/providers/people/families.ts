import { randomInt } from 'node:crypto'
import type { Faker } from '@faker-js/faker'
import type { GeneratePeople, PeopleMaker, PersonDraft } from './maker.ts'
import { usernameCandidates, usernameSpace } from './usernames.ts'

type Kin = 'parent' | 'kid'

const parentAges = { min: 28, max: 55 }
const kidAges = { min: 4, max: 15 }
const yearsBetweenGenerations = 18

/**
 * Users as the vendor's sandbox makes them, families in the order parent, parent, kid, kid.
 *
 * @throws Error if no free username is found
 */
export async function generatePeople({
  count,
  type = 'parent',
  seed = randomInt(2 ** 32),
  now,
  taken,
}: GeneratePeople): Promise<PersonDraft[]> {
  const faker = await freshFaker(seed, now)
  const make = peopleMaker(faker, taken)
  const households = Array.from({ length: count }, () => (type === 'family' ? make.family() : [make.single(type)]))
  for (const generation of ['parent', 'kid']) {
    befriend(
      households.map((household) => household.filter((person) => person.type === generation)),
      faker,
    )
  }
  return households.flat()
}

/**
 * The locale's module is a fifth of the whole package but exports an instance alone, which belongs to all who import it:
 * seeding that one would meddle with theirs.
 */
async function freshFaker(seed: number, now: number): Promise<Faker> {
  const { faker: shared } = await import('@faker-js/faker/locale/en')
  const FakerClass = shared.constructor as typeof Faker
  const faker = new FakerClass({ locale: shared.rawDefinitions, seed })
  faker.setDefaultRefDate(now)
  return faker
}

function peopleMaker(faker: Faker, taken: (username: string) => boolean) {
  const usernames = new Set<string>()
  const namesakes = new Map<string, number>()

  // One draw, however many tries: a taken username must not change the people after it.
  function username(): string {
    for (const candidate of usernameCandidates(faker.number.int({ max: usernameSpace - 1 }))) {
      if (usernames.has(candidate) || taken(candidate)) continue
      usernames.add(candidate)
      return candidate
    }
    throw new Error('no free username was found')
  }

  function email(first: string, last: string): string {
    const name = `${lettersOf(first)}.${lettersOf(last)}`
    const nth = (namesakes.get(name) ?? 0) + 1
    namesakes.set(name, nth)
    return `${name}${nth === 1 ? '' : nth}@example.com`
  }

  function person(type: Kin, age: number, last_name: string, parents: string[] = []): PersonDraft {
    const first_name = faker.person.firstName().toLowerCase()
    return {
      username: username(),
      first_name,
      last_name,
      email: email(first_name, last_name),
      type,
      age,
      password: null,
      parents,
      friends: [],
    }
  }

  const lastName = () => faker.person.lastName().toLowerCase()

  return {
    single(type: Kin): PersonDraft {
      return person(type, faker.number.int(type === 'parent' ? parentAges : kidAges), lastName())
    },

    family(): PersonDraft[] {
      const last = lastName()
      const age = faker.number.int(parentAges)
      const partnersAge = faker.number.int({ min: Math.max(parentAges.min, age - 6), max: Math.min(parentAges.max, age + 6) })
      const parents = [person('parent', age, last), person('parent', partnersAge, last)]
      const oldest = Math.min(kidAges.max, ...parents.map((parent) => parent.age - yearsBetweenGenerations))
      const kid = () =>
        person(
          'kid',
          faker.number.int({ min: kidAges.min, max: oldest }),
          last,
          parents.map((parent) => parent.username),
        )
      return [...parents, kid(), kid()]
    },
  }
}

/** Each person asks one or two people of other households. */
function befriend(households: PersonDraft[][], faker: Faker): void {
  const below = (bound: number) => faker.number.int({ max: bound - 1 })
  if (households.length < 2) return
  for (const [home, household] of households.entries()) {
    for (const person of household) {
      for (let asked = 1 + below(2); asked > 0; asked--) {
        // Any household but one's own: the last stands in for it.
        const door = below(households.length - 1)
        const others = households[door === home ? households.length - 1 : door] ?? []
        const friend = others[below(others.length)]
        if (friend === undefined || person.friends.includes(friend.username)) continue
        person.friends.push(friend.username)
        friend.friends.push(person.username)
      }
    }
  }
}

/** Who lives in the sandboxes of a vendor that says nothing else. */
export const families: PeopleMaker = {
  generate: generatePeople,
  usernames: () => usernameCandidates(randomInt(usernameSpace)),
}

function lettersOf(name: string): string {
  return name.replaceAll(/[^a-z]/g, '')
}
