import { faultKind, flawsIn } from './kind.ts'

/** It stands at the end, where it was put. */
const withoutState = (next: string) => next.replace(/[?&]state=[^&#]*$/, '')

const flaws = {
  wrong_state(next: string) {
    const bare = withoutState(next)
    return `${bare}${bare.includes('?') ? '&' : '?'}state=a-state-that-nobody-sent`
  },
  missing_state: withoutState,
}

export const logout = faultKind({
  name: 'logout',
  does: 'the way back from signing out is wrong',
  members: {
    logout: { is: 'choice', of: flawsIn(flaws), says: 'What is wrong with the way back from signing out; for end_session alone.' },
  },
  only: { endpoint: 'end_session', has: 'only the end_session endpoint sends somebody back who signed out' },
  at: {
    logout: ({ logout }, next) => (logout === undefined ? next : flaws[logout](next)),
  },
})
