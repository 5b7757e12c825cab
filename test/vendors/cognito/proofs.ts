import type { Proofs } from '../../support/recording/proofs.ts'
import { totpProofs } from '../../support/recording/totp-proofs.ts'
import { pool } from './pool.ts'
import { SrpClient } from './srp-client.ts'

/** What every random word is that a judge draws while it is recorded. */
export const randomWord = 0x5eed_1ca1

/** A client whose secret is the one of a judge that is recorded: 128 octets. */
const client = new SrpClient(randomWord.toString(16).repeat(32))

/** The passwords that judges try. */
const passwords = ['Password1!', 'wrong', 'Another1!', 'Temporary1!', 'Chosen1!']

/** What an answer says of SRP, by its names alone. */
function challengeIn(answer: Readonly<Record<string, string>>): Record<string, string> {
  const prefix = 'ChallengeParameters.'
  return Object.fromEntries(
    Object.entries(answer).flatMap(([name, value]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [])),
  )
}

interface Responses {
  USERNAME: string
  TIMESTAMP: string
  PASSWORD_CLAIM_SECRET_BLOCK: string
  PASSWORD_CLAIM_SIGNATURE: string
}

function responsesIn(body: string): Responses | undefined {
  if (!body.includes('"PASSWORD_CLAIM_SIGNATURE"')) return undefined
  return (JSON.parse(body) as { ChallengeResponses: Responses }).ChallengeResponses
}

function signature(password: string, responses: Responses, answers: readonly Readonly<Record<string, string>>[]): string | undefined {
  const { TIMESTAMP, USERNAME, PASSWORD_CLAIM_SECRET_BLOCK } = responses
  const challenge = answers.map(challengeIn).findLast(({ SECRET_BLOCK }) => SECRET_BLOCK === PASSWORD_CLAIM_SECRET_BLOCK)
  return challenge && client.answer(pool, password, { ...challenge, USER_ID_FOR_SRP: USERNAME }, TIMESTAMP).PASSWORD_CLAIM_SIGNATURE
}

const codes = totpProofs('SecretCode')

/** Signatures of passwords, as `{{password wrong}}`, and codes of authenticator apps, as `{{totp 3.SecretCode}}`. */
export const cognitoProofs: Proofs = {
  mark(body, given, now) {
    const responses = responsesIn(body)
    const answers = [...answersOf(given).values()]
    const password = responses && passwords.find((one) => signature(one, responses, answers) === responses.PASSWORD_CLAIM_SIGNATURE)
    const marked = password === undefined ? body : body.replace(responses?.PASSWORD_CLAIM_SIGNATURE ?? '', `{{password ${password}}}`)
    return codes.mark(marked, given, now)
  },
  fill(body, answers, now) {
    const responses = responsesIn(body)
    const proven = body.replace(
      /\{\{password ([^}]+)\}\}/,
      (_, password: string) => (responses && signature(password, responses, answers)) ?? 'no challenge',
    )
    return codes.fill(proven, answers, now)
  },
}

/** The members of answers, of those that marks are of. */
function answersOf(given: readonly (readonly [string, string])[]): Map<string, Record<string, string>> {
  const answers = new Map<string, Record<string, string>>()
  for (const [mark, value] of given) {
    const [, at = '', name = ''] = /^\{\{(\d+)\.(.*)\}\}$/.exec(mark) ?? []
    answers.set(at, { ...answers.get(at), [name]: value })
  }
  return answers
}
