import { isLoopbackName } from '../../basics/loopback.ts'
import type { ArmedRule } from '../armed-rule.ts'
import { notDelivered } from '../judging.ts'
import { type Play, trafficIn } from '../play.ts'
import { text } from '../traffic.ts'
import { exhibits, failed, passed } from '../verdict.ts'

/** What a listener may take to close; milliseconds. */
const closing_ms = 1000

/** The last request whose answer goes to this machine. */
function toThisMachine(play: Play) {
  return trafficIn(play).authorizations.findLast(({ sent }) => {
    const uri = text(sent, 'redirect_uri') ?? ''
    return uri.startsWith('http://') && URL.canParse(uri) && isLoopbackName(new URL(uri).hostname)
  })
}

/** The listener of an app that waits on its own machine for its answer. */
export const listenerCloses: ArmedRule = {
  id: 'native-listener-closes',
  level: 'hint',
  group: 'callback',
  profiles: ['native'],
  source: 'RFC 8252 §8.3',
  why: 'Whatever runs on the machine can send answers of its own there, for as long as somebody listens.',
  mend: 'Close the listener after the first answer, and after some minutes without one.',
  unused: (control) => {
    if (control.abilities.has('browser')) return 'The app is a server, which listens always.'
    return toThisMachine(control) === undefined ? 'The client listens at no address of this machine.' : undefined
  },
  scenarios: [{ title: 'A login', wants: 'success', steps: [{ do: 'login' }, { wait: closing_ms }, { send: 'callback_again' }] }],
  judge: (play) => {
    const [call] = play.sent
    if (call === undefined) return notDelivered('no sign-in began')
    const evidence = exhibits(toThisMachine(play)?.entry)
    return call.status === undefined
      ? passed('wire', 'A second after the login nobody listened any more.', evidence)
      : failed('wire', `A second after the login a call without an answer in it was answered with ${call.status}.`, evidence)
  },
}
