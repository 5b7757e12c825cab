import { OAuthError } from '../../oauth/model/errors.ts'
import type { RedirectRules, RequestDialect } from '../../oauth/realm/context.ts'
import { slackSettings } from './settings.ts'
import { installationOf, teamsIn } from './teams.ts'

const dotSegment = /(^|[/\\]|%2f|%5c)(\.|%2e){1,2}($|[/\\]|%2f|%5c)/i
const loopback = ['localhost', '127.0.0.1', '[::1]']

/** The registered URI or one below it, with any query. Over http on this machine alone, where the port may be another. */
export const slackRedirects: RedirectRules = {
  matches(registered, came) {
    if (!URL.canParse(registered) || !URL.canParse(came)) return registered === came
    const [a, b] = [new URL(registered), new URL(came)]
    const isLocal = a.protocol === 'http:' && loopback.includes(a.hostname)
    const isElsewhere = a.protocol !== b.protocol || a.hostname !== b.hostname || (a.port !== b.port && !isLocal)
    if (isElsewhere || a.username !== b.username || a.password !== b.password || b.hash !== '') return false
    if (dotSegment.test(came.split('?')[0] ?? '')) return false
    const folder = a.pathname.endsWith('/') ? a.pathname : `${a.pathname}/`
    return (b.pathname === a.pathname || b.pathname.startsWith(folder)) && (a.search === '' || b.search.startsWith(a.search))
  },
  refuses(uri) {
    if (!/^http:/i.test(uri) || !URL.canParse(uri) || loopback.includes(new URL(uri).hostname)) return undefined
    return 'Slack takes https alone, and http on this machine: localhost, 127.0.0.1 or [::1]'
  },
}

/** What an app may not ask for; the user is told so. */
export const slackChecks: NonNullable<RequestDialect['checks']> = ({ team, code_challenge }, _client, { realm }) => {
  const { distributed, pkce } = slackSettings.of(realm.settings)
  if (code_challenge !== undefined && !pkce) throw refused('pkce_not_allowed', 'code_challenge came, and the setting pkce is false')
  if (team === undefined || distributed) return
  const { documents, settings } = realm
  const home = teamsIn(documents).home()
  const there = installationOf({ details: { parameters: { team } } }, documents, settings).team
  if (there.id === home.id) return
  throw refused('invalid_team_for_non_distributed_app', `team '${team}' is not ${home.id}, and the setting distributed is false`)
}

function refused(error: string, explanation: string): OAuthError {
  return new OAuthError('invalid_request', error, explanation).naming({ error })
}

/** Only that the user declined goes to the app: whatever else is wrong is told on a page. */
export const slackAuthorization: NonNullable<RequestDialect['authorization']> = {
  usual_response_type: 'code',
  parameters: ['granular_bot_scope', 'tracked'],
  onPage: ({ code }) => code !== 'access_denied' && !/_required$/.test(code),
}
