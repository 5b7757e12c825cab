import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { signIn } from '../support/entra-client.ts'
import { signIn as googleSignIn } from '../support/google-client.ts'
import { alice as oktaUser } from '../support/okta-client.ts'
import { appSecretProofs } from '../support/recording/app-secret-proofs.ts'
import type { Proofs } from '../support/recording/proofs.ts'
import { replay, replays, type SignsIn } from '../support/recording/replay.ts'
import { totpProofs } from '../support/recording/totp-proofs.ts'
import { walk } from './apple/apple-team.ts'
import { alice as auth0User } from './auth0/auth0-tenant.ts'
import { cognitoProofs } from './cognito/proofs.ts'
import { goOn as throughDiscord } from './discord/discord-client.ts'
import { walk as facebookWalk } from './facebook/facebook-app.ts'
import { throughPages as throughGitHub } from './github/github-app.ts'
import { assertionProofs } from './google/assertion-proofs.ts'
import { throughPages as throughKeycloak } from './keycloak/keycloak-client.ts'
import { goOn as throughSlack } from './slack/slack-client.ts'

/**
 * What judges asked is asked again, byte for byte, and must be answered as it was. `GRANTBOX_RECORD=1 npm run judges` writes the requests,
 * and `GRANTBOX_RECORD=1 npx vitest run test/vendors/replayed.test.ts` the answers.
 */
const signIns: Readonly<Record<string, SignsIn>> = {
  apple: (jar, page, base) => walk(page, base, { jar }),
  facebook: (jar, page, base) => facebookWalk(page, base, { jar }),
  // A browser that is signed in is sent back at once.
  auth0: async (jar, sent, base) => {
    const page = sent.location?.pathname.endsWith('/u/login') === true ? await jar.open(sent.location.href) : sent
    return page.html.includes('name="password"') ? jar.post(page, base, { ...auth0User, action: 'default' }) : page
  },
  okta: async (jar, page, base) =>
    page.html.includes('name="identifier"')
      ? jar.post(page, base, { identifier: oktaUser.username, 'credentials.passcode': oktaUser.password })
      : page,
  entra: (jar, page, base) => signIn(jar, page, base),
  keycloak: (jar, page, base) => throughKeycloak(jar, page, base),
  google: (jar, page, base) => googleSignIn(jar, page, base, undefined, { granted: '*' }),
  github: (jar, page, base) => throughGitHub(jar, page, base),
  discord: (jar, page, base) => throughDiscord(jar, page, base),
  slack: (jar, page, base) => throughSlack(jar, page, base),
}

/** What is made anew of what was answered. */
const proofs: Readonly<Record<string, Proofs>> = {
  auth0: totpProofs('secret'),
  cognito: cognitoProofs,
  facebook: appSecretProofs,
  google: assertionProofs,
}

test('each vendor whose judges sign in has a way to do so', () => {
  const unknown = replays.filter(({ vendor, requests }) => requests.some(({ browser }) => browser) && signIns[vendor] === undefined)
  expect(unknown.map(({ vendor }) => vendor)).toEqual([])
})

describe.each(replays)('$vendor: $name', (recorded) => {
  test('is answered as it was', async () => {
    const answers = await replay(recorded, signIns[recorded.vendor] ?? (async (_jar, page) => page), proofs[recorded.vendor])
    const told = recorded.requests.map(({ it, method, url }, at) => ({ it, asked: `${method} ${url}`, ...answers[at] }))
    if (process.env.GRANTBOX_RECORD !== undefined) writeFileSync(recorded.file, `${JSON.stringify(told, null, 1)}\n`)
    expect(JSON.stringify(told, null, 1)).toBe(readFileSync(recorded.file, 'utf8').trimEnd())
  })
})
