import { randomText } from '../../basics/random.ts'
import type { SignInSteps } from '../sign-in-steps.ts'
import { hintedPath, providerLinks } from './broker.ts'

const query: SignInSteps['query'] = ({ id, client, request: { redirect_uri, response_type, response_mode, state } }) => {
  const data = { ru: redirect_uri, rt: response_type, rm: response_mode === 'query' ? undefined : response_mode, st: state }
  const client_data = Buffer.from(JSON.stringify(data)).toString('base64url')
  return { client_id: client.client_id, tab_id: id, client_data }
}

/** The sign-ins that are under way, one for each tab of a browser. */
export const keycloakSteps: SignInSteps = {
  path: '/realms/{realm}/login-actions/authenticate',
  id: 'tab_id',
  newId: () => randomText(11),
  query,
  leads: (interaction, context) => hintedPath(interaction, context, query(interaction)),
  links: (interaction, context) => providerLinks(context, query(interaction)),
}
