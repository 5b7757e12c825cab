import type { RequestDialect } from '../../oauth/realm/context.ts'
import type { RedirectRules } from '../../oauth/realm/redirect-rules.ts'
import { isBelow, isOpenHttp } from '../redirect-uris.ts'
import { slackError } from './errors.ts'
import { slackSettings } from './settings.ts'
import { installationOf, teamsIn } from './teams.ts'

/** The registered URI or one below it, with any query; the first one when none is asked for. Over http on this machine alone. */
export const slackRedirects: RedirectRules = {
  matches: (registered, came) => isBelow(registered, came),
  first_is_default: true,
  refuses: (uri) => (isOpenHttp(uri) ? 'Slack takes https alone, and http on this machine: localhost, 127.0.0.1 or [::1]' : undefined),
}

/** What an app may not ask for; the user is told so. */
export const slackChecks: NonNullable<RequestDialect['checks']> = ({ team, code_challenge }, _client, { realm }) => {
  const { distributed, pkce } = slackSettings.of(realm.settings)
  if (code_challenge !== undefined && !pkce) throw slackError('pkce_not_allowed', 'code_challenge came, and the setting pkce is false')
  if (team === undefined || distributed) return
  const { documents, settings } = realm
  const home = teamsIn(documents).home()
  const there = installationOf({ details: { parameters: { team } } }, documents, settings).team
  if (there.id === home.id) return
  throw slackError('invalid_team_for_non_distributed_app', `team '${team}' is not ${home.id}, and the setting distributed is false`)
}

/** Only that the user declined goes to the app: whatever else is wrong is told on a page. */
export const slackAuthorization: NonNullable<RequestDialect['authorization']> = {
  usual_response_type: 'code',
  parameters: ['granular_bot_scope', 'tracked'],
  onPage: ({ code }) => code !== 'access_denied' && !/_required$/.test(code),
}
