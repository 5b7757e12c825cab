/** What a passed or failed verdict rests on; the last is the weakest. */
export const proofs = ['wire', 'canary', 'signal', 'silence'] as const

/** One of {@link proofs}. */
export type Proof = (typeof proofs)[number]

/** Why nothing was found out. */
export const reasons = {
  'no-login': 'nobody logged in',
  'not-delivered': 'what was to be answered was never asked for',
  unused: 'the client does not use it',
  'not-told': 'the exam was not told what it needs to know',
  unstable: 'an honest run failed beside it',
  preempted: 'the client failed earlier in the same run',
  'out-of-profile': 'the profile does not ask for it',
  stopped: 'the exam was stopped',
} as const

/** One of {@link reasons}. */
export type Unexercised = keyof typeof reasons

/** The part that a request has in a verdict: what was done to the client, what it did, or the same in an honest run. */
export type Role = 'deed' | 'proof' | 'control'
