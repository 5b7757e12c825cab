import { stripVTControlCharacters, styleText } from 'node:util'
import { standard } from '../providers/standard/standard.ts'
import { describedSandboxes, type NamedSandbox, type StartInfo, type StartSandbox } from '../start/info.ts'

/** How many sandboxes have a line of their own. */
const shownSandboxes = 4
const labelWidth = 13

interface Styles {
  bold(text: string): string
  dim(text: string): string
  link(text: string): string
}

/** What `grantbox start` prints, in ten lines or so: where it is, how to sign in to the default sandbox, and how to hear of the rest. */
export function renderBanner(info: StartInfo, { color, columns }: { color: boolean; columns: number }): string {
  const styles = stylesFor(color)
  const described = describedSandboxes(info)
  const main = described.find((sandbox) => sandbox.name === info.default_sandbox)
  const openId = openIdConnect(main, described, styles)
  const others = described.filter((sandbox) => sandbox !== main && sandbox.name !== standard.id)
  const named = info.sandboxes.filter((sandbox) => sandbox !== main && !others.some((one) => one === sandbox))
  const room = columns - labelWidth - 2
  const row = (label: string, values: readonly string[]) =>
    values.map((value, index) => styles.dim((index === 0 ? label : '').padEnd(labelWidth)) + value)
  const lines = [
    '',
    `${styles.bold('grantbox')} ${styles.dim(info.version)}`,
    '',
    ...row('Address', [`${styles.link(info.url)}  ${styles.link(info.https_url)}  ${styles.dim('to trust it: grantbox ca')}`]),
    ...row('Dashboard', [styles.link(info.dashboard_url)]),
    ...row('Admin token', info.admin_token === undefined ? [] : [plain(info.admin_token)]),
    ...(main === undefined ? [] : defaultSandbox(main, row, styles)),
    ...row('OpenID', openId),
    ...row('Sandboxes', otherSandboxes(others, room, styles)),
    ...row('Vendors', vendorNames(named, room, styles)),
    '',
    styles.dim(`Data in ${info.data === ':memory:' ? 'memory, gone when it stops' : plain(info.data)}. Stop with Ctrl-C.`),
    '',
  ]
  return `${lines.map((line) => (line === '' ? line : `  ${line}`)).join('\n')}\n`
}

type Row = (label: string, values: readonly string[]) => string[]

function defaultSandbox(sandbox: StartSandbox, row: Row, styles: Styles): string[] {
  const { name, provider, authorization_endpoint, token_endpoint, clients, users, postman } = sandbox
  const role = name === provider ? 'the default' : `the default, speaks as ${provider}`
  const [client, user] = [clients[0], users[0]]
  const more = (count: number) => (count > 1 ? [styles.dim(`others: grantbox providers ${name}`)] : [])
  const secret = (text: string | undefined) => (text === undefined ? styles.dim('public') : `${styles.dim('secret')} ${plain(text)}`)
  const credentials = client && [styles.bold(plain(client.client_id)), secret(client.client_secret), styles.dim(plain(client.app))]
  const person = user && [styles.bold(plain(user.username)), `${styles.dim('password')} ${plain(user.password)}`]
  return [
    ...row('Sandbox', [`${styles.bold(name)}  ${styles.dim(role)}`]),
    ...row('Sign-in', authorization_endpoint === undefined ? [] : [styles.link(authorization_endpoint)]),
    ...row('Token', [styles.link(token_endpoint)]),
    ...row('Client', credentials === undefined ? [] : [[...credentials, ...more(clients.length)].join('  ')]),
    ...row('User', person === undefined ? [] : [[...person, ...more(users.length)].join('  ')]),
    ...row('Postman', [styles.link(postman.collection)]),
  ]
}

/** Where OpenID Connect is: users of other mocks look for it at the root. */
function openIdConnect(main: StartSandbox | undefined, described: readonly StartSandbox[], styles: Styles): string[] {
  if (main?.openid_configuration !== undefined) return [styles.link(main.openid_configuration)]
  const other = described.find(({ name }) => name === standard.id)
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

/** The names of those of which no more is told, in as many lines as they need. */
function vendorNames(sandboxes: readonly NamedSandbox[], room: number, styles: Styles): string[] {
  const lines = ['']
  for (const { name } of sandboxes) {
    const line = lines.at(-1) ?? ''
    if (line.length + name.length + 2 > room) lines.push(name)
    else lines[lines.length - 1] = line === '' ? name : `${line}, ${name}`
  }
  return sandboxes.length === 0 ? [] : [...lines, styles.dim('how to reach them: grantbox providers')]
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
