import { Problem } from '../../control/problem.ts'
import type { App, Client } from '../../oauth/model/records.ts'
import { newClient } from '../../sandbox/new-app.ts'
import type { Part, Visit } from '../frame/visit.ts'
import { appCard, appPath, authMethods } from './app-card.ts'
import { appOf } from './apps.ts'
import { exportsOf } from './exports.ts'
import { snippetsOf } from './snippets.ts'

const section = 'Apps'

/** The client ids of an app, and how to use them. */
export const clientPages: Part = ({ get, post }) => {
  post('/apps/:app/clients', async (visit) => {
    const app = await appOf(visit)
    const method = visit.form.text('auth_method')
    await newClient(visit.sandbox, app, Object.hasOwn(authMethods, method) ? { token_endpoint_auth_method: method } : {})
    return visit.go(`${appPath(app)}?open=clients`, 'client-created')
  })

  get('/apps/:app/clients/:client', async (visit) => {
    const { sandbox, base, addresses } = visit
    const app = await appOf(visit)
    const client = await clientOf(visit, app)
    const card = await appCard(app, [client], sandbox, base)
    const [shown] = card.clients
    if (shown === undefined) throw new Error('an app lost its client')
    return visit.page('use', {
      title: `Use ${client.client_id}`,
      section,
      app: card,
      client: shown,
      snippets: snippetsOf(sandbox, client, addresses.base_url),
      exports: exportsOf(base, client),
    })
  })

  get('/apps/:app/clients/:client/delete', async (visit) => {
    const app = await appOf(visit)
    const client = await clientOf(visit, app)
    return visit.page('confirm', {
      title: `Delete ${client.client_id}`,
      section,
      heading: 'Delete this client ID?',
      lines: [client.client_id, 'It is unknown from then on, and tokens that it was given are refused.'],
      action: `${visit.base}${appPath(app)}/clients/${encodeURIComponent(client.client_id)}/delete`,
      fields: {},
      button: 'Delete Client ID',
      back: `${visit.base}${appPath(app)}`,
    })
  })
  post('/apps/:app/clients/:client/delete', async (visit) => {
    const app = await appOf(visit)
    await visit.sandbox.directory.deleteClient(await clientOf(visit, app))
    return visit.go(`${appPath(app)}?open=clients`, 'client-deleted')
  })
}

async function clientOf({ params, sandbox }: Visit, app: App): Promise<Client> {
  const clients = await sandbox.directory.listClients(app)
  const client = clients.find((one) => one.client_id === params.client)
  if (client === undefined) throw new Problem(404, `${app.name} has no client ID '${params.client}'`)
  return client
}
