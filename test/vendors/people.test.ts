import { faker as sharedFaker } from '@faker-js/faker/locale/en'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { generatePeople } from '../../src/providers/people/families.ts'
import type { GeneratePeople, PersonDraft } from '../../src/providers/people/maker.ts'
import { usernameCandidates, usernameSpace } from '../../src/providers/people/usernames.ts'
import { suggestUsername } from '../../src/sandbox/generation.ts'
import { start } from '../support/server.ts'

const noon = 1_514_903_640_000

function generate(options: Partial<GeneratePeople> & { count: number }): Promise<PersonDraft[]> {
  return generatePeople({ now: noon, taken: () => false, ...options })
}

function byUsername(people: PersonDraft[]): Map<string, PersonDraft> {
  return new Map(people.map((person) => [person.username, person]))
}

/** All but the usernames, which may differ where one was taken. */
function withoutUsernames(people: PersonDraft[]): object[] {
  return people.map(({ username, parents, friends, ...rest }) => ({ ...rest, parents: parents.length, friends: friends.length }))
}

const types = fc.constantFrom('parent', 'kid', 'family')

describe('generated people', () => {
  test('look as the vendor makes them', async () => {
    for (const person of await generate({ count: 200, seed: 246 })) {
      expect(person.username).toMatch(/^[a-z]{6,}[1-9]\d\d$/)
      expect(`${person.first_name} ${person.last_name}`).toMatch(/^[a-z' -]+$/)
      expect(person.email).toMatch(/^[a-z]+\.[a-z]+\d*@example\.com$/)
      expect(person.email.split(/[.\d@]/).slice(0, 2)).toEqual(
        [person.first_name, person.last_name].map((name) => name.replaceAll(/[^a-z]/g, '')),
      )
      expect(person).toMatchObject({ type: 'parent', password: null, parents: [] })
    }
  })

  test('are the same for the same seed, whatever the clock says and whatever else runs', async () => {
    const once = await generate({ count: 20, type: 'family', seed: 7 })
    sharedFaker.seed(1)
    const [again] = await Promise.all([
      generate({ count: 20, type: 'family', seed: 7, now: noon + 40 * 365 * 86_400_000 }),
      generate({ count: 30, type: 'kid', seed: 8 }),
    ])
    expect(again).toEqual(once)
  })

  test('leave the random numbers of a test suite that uses faker itself alone', async () => {
    sharedFaker.seed(42)
    const undisturbed = [sharedFaker.number.int(), sharedFaker.number.int()]
    sharedFaker.seed(42)
    const first = sharedFaker.number.int()
    await generate({ count: 3, seed: 1 })
    expect([first, sharedFaker.number.int()]).toEqual(undisturbed)
  })

  test('differ from seed to seed, and from call to call without one', async () => {
    const calls = [generate({ count: 5, seed: 1 }), generate({ count: 5, seed: 2 }), generate({ count: 5 }), generate({ count: 5 })]
    expect(new Set((await Promise.all(calls)).map((people) => JSON.stringify(people))).size).toBe(4)
  })

  test('are told apart by username and email, five thousand of them', async () => {
    // A tenth of the usernames is free, so that some of the five thousand meet.
    const people = await generate({ count: 5000, seed: 3, taken: (username) => !username.endsWith('0') })
    expect(people).toHaveLength(5000)
    expect(new Set(people.map((person) => person.username)).size).toBe(5000)
    expect(new Set(people.map((person) => person.email)).size).toBe(5000)
    expect(people.some((person) => /\d@/.test(person.email))).toBe(true)
  })

  test('keep clear of usernames that the sandbox has, and nobody else changes for it', async () => {
    const before = await generate({ count: 12, seed: 9 })
    const third = before[2]?.username
    const after = await generate({ count: 12, seed: 9, taken: (username) => username === third })
    expect(after.map((person) => person.username)).not.toContain(third)
    expect(after[2]?.username).toMatch(/^[a-z]+\d{3}$/)
    expect(after.filter((person, index) => person.username !== before[index]?.username)).toHaveLength(1)
    expect(withoutUsernames(after)).toEqual(withoutUsernames(before))
  })

  test('get a longer number when every three-digit username is taken', async () => {
    const people = await generate({ count: 3, seed: 1, taken: (username) => /\D\d{3}$/.test(username) })
    for (const person of people) expect(person.username).toMatch(/^[a-z]+[1-9]\d{3}$/)
  })

  test('end in an error when every username is taken', async () => {
    await expect(generate({ count: 1, taken: () => true })).rejects.toThrow('no free username was found')
  })

  test('come in the number asked for, with right ages and mutual friendships, for any seed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 40 }), types, fc.integer(), async (count, type, seed) => {
        const people = await generate({ count, type, seed })
        expect(people).toHaveLength(type === 'family' ? 4 * count : count)
        const known = byUsername(people)
        expect(known.size).toBe(people.length)
        for (const person of people) {
          const [youngest, oldest] = person.type === 'parent' ? [28, 55] : [4, 15]
          expect(person.age).toBeGreaterThanOrEqual(youngest)
          expect(person.age).toBeLessThanOrEqual(oldest)
          if (count > 1) expect(person.friends.length).toBeGreaterThan(0)
          expect(new Set(person.friends).size).toBe(person.friends.length)
          for (const friend of person.friends) {
            expect(known.get(friend)?.friends).toContain(person.username)
            expect(known.get(friend)?.type).toBe(person.type)
            expect(friend).not.toBe(person.username)
          }
        }
      }),
      { numRuns: 50 },
    )
  })

  test('make families of two parents and two kids with one name, the kids younger by eighteen years or more', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 20 }), fc.integer(), async (count, seed) => {
        const people = await generate({ count, type: 'family', seed })
        for (let first = 0; first < people.length; first += 4) {
          const family = people.slice(first, first + 4)
          const [mother, father, ...kids] = family
          expect(family.map((person) => person.type)).toEqual(['parent', 'parent', 'kid', 'kid'])
          expect(new Set(family.map((person) => person.last_name)).size).toBe(1)
          expect([mother?.parents, father?.parents]).toEqual([[], []])
          for (const kid of kids) {
            expect(kid.parents).toEqual([mother?.username, father?.username])
            expect(Math.min(mother?.age ?? 0, father?.age ?? 0) - kid.age).toBeGreaterThanOrEqual(18)
          }
          const atHome = new Set(family.map((person) => person.username))
          expect(family.flatMap((person) => person.friends).filter((friend) => atHome.has(friend))).toEqual([])
        }
      }),
      { numRuns: 50 },
    )
  })
})

describe('usernames', () => {
  test('follow from the start alone and do not repeat, for any start', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: usernameSpace - 1 }), (start) => {
        const tries = [...usernameCandidates(start)]
        expect(tries).toEqual([...usernameCandidates(start)])
        expect(new Set(tries).size).toBe(tries.length)
        expect(tries[0]).toMatch(/^[a-z]+[1-9]\d\d$/)
      }),
      { numRuns: 50 },
    )
  })

  test('are suggested for the Join Now form, past those that a store says are taken', async () => {
    const asked: string[] = []
    const { provider, directory } = (await start()).sandbox()
    const [somebody] = directory.listUsers({ limit: 1 })
    const findUser = (username: string) => (asked.push(username) < 3 ? somebody : undefined)
    const suggestion = suggestUsername({ provider, directory: { ...directory, findUser } })
    expect(asked).toHaveLength(3)
    expect(suggestion).toBe(asked[2])
    expect(suggestion).toMatch(/^[a-z]+\d{3}$/)
  })
})
