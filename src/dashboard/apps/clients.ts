import { Problem } from '../../control/problem.ts'
import type { App, Client } from '../../oauth/model/records.ts'
import { addClient, newClient } from '../../sandbox/new-app.ts'
import { confirm } from '../frame/confirm.ts'
import { noticesOf } from '../frame/notices.ts'
import { page } from '../frame/page.ts'
import { part, type Visit } from '../frame/visit.ts'
import { type AppCard, appCard, appPath } from './app-card.ts'
import { appOf } from './apps.ts'
import { exportsOf } from './exports.ts'
import { type Snippet, snippetsOf } from './snippets.ts'

const usePage = page<{
  app: AppCard
  client: AppCard['clients'][number]
  snippets: readonly Snippet[]
  exports: ReturnType<typeof exportsOf>
}>('use')

const notices = noticesOf({
  'client-created': 'A client ID and its secret were generated.',
  'client-deleted': 'The client ID was deleted. Its tokens work no more.',
})

/** The client ids of an app, and how to use them. */
export const clientPages = part({ notices }, ({ get, post }) => {
  post('/apps/:app/clients', (visit) => {
    const app = appOf(visit)
    const token_endpoint_auth_method = visit.form.text('auth_method') || undefined
    addClient(visit.sandbox, app, newClient(visit.sandbox, { token_endpoint_auth_method }))
    return visit.go(`${appPath(app)}?open=clients`, notices['client-created'])
  })

  get('/apps/:app/clients/:client', (visit) => {
    const { sandbox, base, addresses } = visit
    const app = appOf(visit)
    const client = clientOf(visit, app)
    const card = appCard(app, [client], sandbox, base)
    const [shown] = card.clients
    if (shown === undefined) throw new Error('an app lost its client')
    return visit.show(usePage, {
      title: `Use ${client.client_id}`,
      app: card,
      client: shown,
      snippets: snippetsOf(sandbox, client, addresses.base_url),
      exports: exportsOf(base, client),
    })
  })

  get('/apps/:app/clients/:client/delete', (visit) => {
    const app = appOf(visit)
    const { client_id } = clientOf(visit, app)
    return confirm(visit, {
      heading: 'Delete this client ID?',
      lines: [client_id, 'It is unknown from then on, and tokens that it was given are refused.'],
      path: `${appPath(app)}/clients/${encodeURIComponent(client_id)}/delete`,
      button: 'Delete Client ID',
      back: appPath(app),
    })
  })
  post('/apps/:app/clients/:client/delete', (visit) => {
    const app = appOf(visit)
    visit.sandbox.directory.deleteClient(clientOf(visit, app))
    return visit.go(`${appPath(app)}?open=clients`, notices['client-deleted'])
  })
})

function clientOf({ params, sandbox }: Visit, app: App): Client {
  const clients = sandbox.directory.listClients(app)
  const client = clients.find(({ client_id }) => client_id === params.client)
  if (client === undefined) throw new Problem(404, `${app.name} has no client ID '${params.client}'`)
  return client
}
