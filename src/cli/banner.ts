import { stripVTControlCharacters, styleText } from 'node:util'
import { standard } from '../providers/standard/standard.ts'
import { describedSandboxes, type NamedSandbox, type StartInfo, type StartSandbox } from '../start/info.ts'

/** How many lines a list may take: the whole banner has to fit on one screen. */
const shownCredentials = 3
const shownSandboxes = 6
const labelWidth = 13

interface Styles {
  bold(text: string): string
  dim(text: string): string
  link(text: string): string
}

/** What `grantbox start` prints: everything a client has to be told, aligned, in 25 lines or so. */
export function renderBanner(info: StartInfo, { color, columns }: { color: boolean; columns: number }): string {
  const styles = stylesFor(color)
  const described = describedSandboxes(info)
  const main = described.find((sandbox) => sandbox.name === info.default_sandbox)
  const others = described.filter((sandbox) => sandbox !== main)
  const later = info.sandboxes.filter((sandbox) => !described.some((one) => one === sandbox))
  const row = (label: string, values: readonly string[]) =>
    values.map((value, index) => styles.dim((index === 0 ? label : '').padEnd(labelWidth)) + value)
  const lines = [
    '',
    `${styles.bold('grantbox')} ${styles.dim(info.version)}`,
    '',
    ...row('Address', [styles.link(info.url), `${styles.link(info.https_url)}  ${styles.dim('to trust it: grantbox ca')}`]),
    ...row('Dashboard', [styles.link(info.dashboard_url)]),
    ...row('Admin token', info.admin_token === undefined ? [] : [plain(info.admin_token)]),
    '',
    ...(main === undefined ? [] : defaultSandbox(main, row, styles)),
    ...row('OpenID', openIdConnect(main, others, styles)),
    ...row('Others', otherSandboxes(others, columns - labelWidth - 2, styles)),
    ...row('On demand', onDemand(later, columns - labelWidth - 2)),
    ...(others.length + later.length === 0 ? [] : ['']),
    styles.dim(`Data in ${info.data === ':memory:' ? 'memory, gone when it stops' : plain(info.data)}. Stop with Ctrl-C.`),
    '',
  ]
  return `${lines.map((line) => (line === '' ? line : `  ${line}`)).join('\n')}\n`
}

type Row = (label: string, values: readonly string[]) => string[]

function defaultSandbox(sandbox: StartSandbox, row: Row, styles: Styles): string[] {
  const clients = sandbox.clients.map((client) => [client.client_id, client.client_secret, client.app].map((text) => text && plain(text)))
  const users = sandbox.users.map((user) => [plain(user.username), plain(user.password)])
  const width = Math.max(0, ...[...clients, ...users].map(([name = '']) => name.length))
  const secretWidth = Math.max(0, ...clients.map(([, secret = '']) => secret.length))
  const clientRows = clients.map(([id = '', secret, app = '']) => {
    const credential =
      secret === undefined
        ? `${styles.dim('public')}    ${''.padEnd(secretWidth)}`
        : `${styles.dim('secret')}    ${secret.padEnd(secretWidth)}`
    return `${styles.bold(id.padEnd(width))}  ${credential}  ${styles.dim(app)}`
  })
  const userRows = users.map(([name = '', password]) => `${styles.bold(name.padEnd(width))}  ${styles.dim('password')}  ${password}`)
  return [
    ...row('Sandbox', [
      `${styles.bold(sandbox.name)}  ${styles.dim(sandbox.provider === sandbox.name ? 'the default' : `the default, speaks as ${sandbox.provider}`)}`,
    ]),
    ...row('Sign-in', sandbox.authorization_endpoint === undefined ? [] : [styles.link(sandbox.authorization_endpoint)]),
    ...row('Token', [styles.link(sandbox.token_endpoint)]),
    ...row('Client', atMost(shownCredentials, clientRows, styles)),
    ...row('User', atMost(shownCredentials, userRows, styles)),
    ...row('Postman', [styles.link(sandbox.postman.collection), styles.link(sandbox.postman.environment)]),
    '',
  ]
}

/** Where OpenID Connect is: users of other mocks look for it at the root. */
function openIdConnect(main: StartSandbox | undefined, others: readonly StartSandbox[], styles: Styles): string[] {
  if (main?.openid_configuration !== undefined) return [styles.link(main.openid_configuration)]
  const other = others.find(({ provider }) => provider === standard.id)
  if (other?.openid_configuration === undefined) return []
  return [`${styles.link(other.openid_configuration)}  ${styles.dim(`at the root: --provider ${other.provider}`)}`]
}

/** One line each; its first client only where there is room. */
function otherSandboxes(sandboxes: readonly StartSandbox[], room: number, styles: Styles): readonly string[] {
  const nameWidth = Math.max(0, ...sandboxes.map(({ name }) => name.length))
  const urlWidth = Math.max(0, ...sandboxes.map(({ base_url }) => base_url.length))
  const rows = sandboxes.map(({ name, base_url, clients: [client] }) => {
    const credential = client === undefined ? '' : plain([client.client_id, client.client_secret ?? 'public'].join('  '))
    const fits = credential !== '' && nameWidth + urlWidth + credential.length + 4 <= room
    return `${styles.bold(name.padEnd(nameWidth))}  ${styles.link(base_url)}${fits ? `${''.padEnd(urlWidth - base_url.length)}  ${styles.dim(credential)}` : ''}`
  })
  return atMost(shownSandboxes, rows, styles)
}

/** The sandboxes that wait to be asked for, each below its name, in as many lines as they need. */
function onDemand(sandboxes: readonly NamedSandbox[], room: number): string[] {
  const names = sandboxes.map(({ name }) => name).join(', ')
  return names.match(new RegExp(`.{1,${Math.max(room, 1)}}(?: |$)`, 'g'))?.map((line) => line.trimEnd()) ?? []
}

/** All of a list, or its beginning and how many more there are. */
function atMost(limit: number, rows: readonly string[], styles: Styles): readonly string[] {
  if (rows.length <= limit) return rows
  const shown = rows.slice(0, limit - 1)
  return [...shown, styles.dim(`and ${rows.length - shown.length} more, see the dashboard`)]
}

/** A name or a password is whatever someone made it: no terminal codes, no line breaks. */
function plain(text: string): string {
  return stripVTControlCharacters(text).replace(/\p{Cc}/gu, '?')
}

function stylesFor(color: boolean): Styles {
  const style = (format: Parameters<typeof styleText>[0]) => (text: string) =>
    color && text.trim() !== '' ? styleText(format, text, { validateStream: false }) : text
  return { bold: style('bold'), dim: style('dim'), link: style('cyan') }
}
