import { Problem } from '../../control/problem.ts'
import type { App, Client } from '../../oauth/model/records.ts'
import { keyOf, makeSecret } from '../../sandbox/client-secret.ts'
import { parseDuration } from '../../sandbox/duration.ts'
import { addClient, newClient } from '../../sandbox/new-app.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { confirm } from '../frame/confirm.ts'
import { sendFile } from '../frame/file.ts'
import { noticesOf } from '../frame/notices.ts'
import { page } from '../frame/page.ts'
import { capital } from '../frame/vendor.ts'
import { part, type Visit } from '../frame/visit.ts'
import { agoInWords, dateAndTime } from '../frame/words.ts'
import { type AppCard, type AppLink, appCard, appLink, appPath } from './app-card.ts'
import { appOf } from './apps.ts'
import { exportsOf } from './exports.ts'
import { type Snippet, snippetsOf } from './snippets.ts'

const usePage = page<{
  app: AppCard
  client: AppCard['clients'][number]
  snippets: readonly Snippet[]
  exports: ReturnType<typeof exportsOf>
}>('use')

const secretPage = page<{
  app: AppLink
  client_id: string
  /** What secrets are made of; a key has several lines. */
  key: readonly { name: string; label: string; value: string; lines: number }[]
  expires_in: string
  made: { client_secret: string; expires: string } | { problem: string }
}>('client-secret')

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

  get('/apps/:app/clients/:client', async (visit) => {
    const { sandbox, base, addresses } = visit
    const app = appOf(visit)
    const client = clientIn(visit, app)
    const card = appCard(app, [client], sandbox, base)
    const [shown] = card.clients
    if (shown === undefined) throw new Error('an app lost its client')
    return visit.show(usePage, {
      title: `Use ${client.client_id}`,
      app: card,
      client: shown,
      snippets: snippetsOf(sandbox, client, addresses.base_url),
      exports: [
        ...exportsOf(base, client),
        ...((await keyFileOf(client, visit)) === undefined ? [] : [{ label: 'Key file', href: `${shown.useHref}/key-file` }]),
      ],
    })
  })

  get('/apps/:app/clients/:client/key-file', async (visit) => {
    const client = clientIn(visit, appOf(visit))
    const made = await keyFileOf(client, visit)
    if (made === undefined) throw new Problem(404, `'${client.client_id}' has no key file`)
    const name = `${client.client_id.replaceAll(/[^\w.-]/g, '-')}-key.json`
    return sendFile(visit.reply, { name, type: 'application/json', text: JSON.stringify(made, null, 2) })
  })

  get('/apps/:app/clients/:client/secret', (visit) => {
    const { sandbox, base, query } = visit
    const app = appOf(visit)
    const client = clientIn(visit, app)
    const expires_in = query.text('expires_in')
    const lifetime = parseDuration(expires_in)
    const made = makeSecret(client, sandbox, lifetime === undefined ? undefined : Math.round(lifetime / 1000))
    return visit.show(secretPage, {
      title: `Client secret of ${client.client_id}`,
      app: appLink(app, sandbox, base),
      client_id: client.client_id,
      key: Object.entries(keyOf(client, sandbox) ?? {}).map(([name, value]) => {
        const label = capital(name.replaceAll('_', ' ').replace(/\bid$/, 'ID'))
        return { name, label, value, lines: value.split('\n').length }
      }),
      expires_in,
      made:
        'problem' in made
          ? made
          : { ...made, expires: `${dateAndTime(made.expires_at)}, ${agoInWords(made.expires_at, sandbox.clock.now())}` },
    })
  })

  get('/apps/:app/clients/:client/delete', (visit) => {
    const app = appOf(visit)
    const { client_id } = clientIn(visit, app)
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
    visit.sandbox.directory.deleteClient(clientIn(visit, app))
    return visit.go(`${appPath(app)}?open=clients`, notices['client-deleted'])
  })
})

/** The file with the key of a client, where the vendor hands such files out. */
function keyFileOf(client: Client, { sandbox: { provider, keys }, addresses }: Visit) {
  return provider.key_file?.(client, keys, addresses.base_url)
}

function clientIn(visit: Visit, app: App): Client {
  return clientOf(visit.params.client ?? '', app, visit.sandbox)
}

/** The client of an app that an address or a form names. @throws Problem 404 */
export function clientOf(client_id: string, app: App, { directory }: Pick<Sandbox, 'directory'>): Client {
  const client = directory.listClients(app).find((one) => one.client_id === client_id)
  if (client === undefined) throw new Problem(404, `${app.name} has no client ID '${client_id}'`)
  return client
}
