import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Compared, compare, recording, recordingsOf, scenariosIn } from '../../support/recording/twin.ts'

/**
 * The twin is asked what the real Keycloak was asked (`npm run record:keycloak`), and answers the same: status, headers, bodies, the claims
 * of tokens and the bytes of their headers, pages' titles, words and fields.
 */
const folder = recordingsOf('keycloak')
/** What the twin does not answer as the real one does, by scenario; `npm run record:keycloak -- --twin` says what, and renews it. */
const open: Record<string, string[]> = JSON.parse(readFileSync(join(import.meta.dirname, 'open.json'), 'utf8'))

describe.each(scenariosIn(folder))('%s', (name) => {
  let compared = new Map<string, Compared>()
  beforeAll(async () => {
    compared = new Map((await compare('keycloak', name)).map((one) => [one.it, one]))
  })
  for (const { it } of recording(folder, name).real) {
    const run = open[name]?.includes(it) ? test.fails : test
    run(it, ({ skip }) => {
      const one = compared.get(it)
      if (one?.differs !== undefined) skip(one.differs)
      expect(one?.twin).toBe(one?.real)
    })
  }
})
