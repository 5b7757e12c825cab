import type { JournalEntry } from '../../sandbox/journal.ts'
import { finding, type Rule } from '../rule.ts'
import { type Asked, headerOf, queryOf, text } from '../traffic.ts'
import { withoutSignIn } from '../unseen.ts'

const redirectOf = ({ sent }: Asked) => text(sent, 'redirect_uri') ?? ''

const loopbackIp: Rule = {
  id: 'native-loopback-ip',
  level: 'should',
  source: 'RFC 8252 §7.3 and §8.3',
  why: 'localhost may be led elsewhere, or to an address at which the app does not listen.',
  mend: 'Listen at 127.0.0.1 or [::1], at a port that the system chooses, and say that address in the request.',
  profiles: ['native'],
  profilesOnly: true,
  unseen: withoutSignIn,
  find: ({ authorizations }) =>
    finding(
      authorizations.filter((one) => /^http:\/\/localhost[:/?]/i.test(redirectOf(one))).map(({ entry }) => entry),
      'The redirect_uri names localhost.',
    ),
}

/** How browsers that are part of an app call themselves: Android's, iOS' with the word in it, and Electron's windows. */
const embedded = /; wv\)|\bWebView\b|\bElectron\//

const externalBrowser: Rule = {
  id: 'native-external-browser',
  level: 'must',
  source: 'RFC 8252 §8.12',
  why: 'The app can read the password and the session, and its user cannot see where the page is from.',
  mend: "Open the user's browser: the system's browser tab on phones, the default browser on desktops.",
  profiles: ['native'],
  unseen: withoutSignIn,
  find: ({ authorizations }) =>
    finding(
      authorizations.filter(({ entry }) => embedded.test(headerOf(entry, 'user-agent'))).map(({ entry }) => entry),
      'The sign-in was opened in a browser that is part of the app.',
    ),
}

const isHiddenFrame = (entry: JournalEntry) =>
  entry.endpoint === 'authorize' && headerOf(entry, 'sec-fetch-dest') === 'iframe' && queryOf(entry).prompt === 'none'

const silentFrames: Rule = {
  id: 'spa-silent-frames',
  level: 'hint',
  source: 'OAuth 2.0 for Browser-Based Applications (draft-ietf-oauth-browser-based-apps) §8',
  why: 'Browsers keep cookies from frames of other sites: the user is signed out whenever a token ends.',
  mend: 'Renew by refresh tokens that rotate, or keep the tokens in a backend.',
  profiles: ['spa'],
  unseen: withoutSignIn,
  find: ({ entries }) => finding(entries.filter(isHiddenFrame), 'Tokens are renewed in a hidden frame.'),
}

/** Apps on devices and in browsers. */
export const devices: readonly Rule[] = [loopbackIp, externalBrowser, silentFrames]
