import type { Exam } from '../../exam/run/exam.ts'
import type { Desk, Doing } from './desk.ts'

/** What stands on the page while an exam goes on. */
export type TaskView = ReturnType<typeof taskView>

/** What to do next, and how far it is. Nothing of what is tried. @param desk none when somebody else does the exam */
export function taskView({ scenarios, cast }: Exam, desk: Desk | undefined) {
  const task = desk?.task
  return {
    client_id: cast.client.client_id,
    by_hand: desk !== undefined,
    done: desk?.last?.scenario ?? 0,
    of: scenarios.length,
    task: task && { number: task.task, username: task.username, password: task.password, ...wordsOf(task) },
  }
}

const stays = [
  { said: 'in', label: 'I am still signed in' },
  { said: 'out', label: 'I am signed out' },
]

/** A task in words of what somebody has to do, and what he may answer. */
function wordsOf({ do: what, task, times = 1 }: Doing) {
  if (what === 'call_api') {
    return {
      heading: times === 1 ? 'Call your API now' : `Call your API ${times} times now`,
      how: 'Do in your app what calls an API with the token of this login, and wait until it is through. Do not log in again unless your app asks for it.',
      answers: stays,
    }
  }
  if (what === 'logout') return { heading: 'Log out now', how: 'Log out in your app, as your users do.', answers: stays }
  return {
    heading: task === 1 ? 'Log in now' : 'Log in again now',
    how: 'Begin at your app, as somebody who is not signed in there: log out before, or open a new private window. Then say how it ended.',
    answers: [
      { said: 'in', label: 'It let me in' },
      { said: 'out', label: 'It refused' },
    ],
  }
}
