import { none } from '../../oauth/clients/methods/none.ts'
import { isMethod } from '../../oauth/clients/methods/registry.ts'
import { clientSecretBasic } from '../../oauth/clients/methods/secret.ts'
import { deviceCodeType, jwtBearerType } from '../../oauth/model/grant-names.ts'
import type { Client } from '../../oauth/model/records.ts'
import { onTheWire } from '../../oauth/realm/unread.ts'
import { collectionIn } from '../../providers/collection-in.ts'
import type { Provider } from '../../providers/provider.ts'
import { pathsOf } from '../../providers/space.ts'
import { secretOf } from '../../sandbox/client-secret.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { shellWord } from './curl.ts'
import { pkceExample, signInScope, signInUrl } from './sign-in-links.ts'

/** A piece of code that works as it stands, but for what only a sign-in gives. */
export interface Snippet {
  id: string
  label: string
  /** What to do before or after. */
  help: string
  code: string
}

/** How to use a client, with its own values filled in. */
export function snippetsOf(sandbox: Sandbox, client: Client, base_url: string): Snippet[] {
  const { company } = sandbox
  const filled = filledIn(sandbox, client, base_url)
  const { signsIn } = filled
  return [
    {
      id: 'curl',
      label: 'curl',
      help: signsIn
        ? `Open the first address in a browser and sign in as a sandbox user; the password is ${company}. Then put the code that comes back in place of CODE.`
        : (filled.ownForm?.help ?? 'The client signs in by itself.'),
      code: curl(filled),
    },
    {
      id: 'postman',
      label: 'Postman',
      help: 'In the Authorization tab choose OAuth 2.0 and fill in the form “Configure New Token”, or import the files below.',
      code: postman(filled),
    },
    {
      id: 'javascript',
      label: 'JavaScript',
      help: 'For Node 18 and later, Deno, Bun and browsers; save it as a module (.mjs).',
      code: javascript(filled),
    },
    { id: 'python', label: 'Python', help: 'With the package requests.', code: python(filled) },
  ]
}

/** The command that redeems a code which came back. */
export function exchangeCommand(sandbox: Sandbox, client: Client, base_url: string, redirect_uri: string, code: string): string {
  const filled = filledIn(sandbox, client, base_url)
  return tokenRequest(filled, { ...tokenForm({ ...filled, signsIn: true }), redirect_uri, code })
}

type Filled = ReturnType<typeof filledIn>

function filledIn(sandbox: Sandbox, client: Client, base_url: string) {
  const { provider } = sandbox
  const paths = pathsOf(sandbox)
  const redirectUri = client.app.redirect_uris[0] ?? ''
  // A request that shows whether the token works.
  const probe = collectionIn(sandbox)
    .folders.flatMap((folder) => folder.requests)
    .find(({ method, auth, path }) => method === 'GET' && auth === 'bearer' && !path.includes('{{'))
  const isPublic = isMethod(client.token_endpoint_auth_method, none)
  const signsIn = client.grant_types.includes('authorization_code') && redirectUri !== ''
  const { client_id } = client
  const client_secret = secretOf(client, sandbox)
  return {
    authorizationEndpoint: base_url + paths.authorize,
    authorizeUrl: signInUrl(client, sandbox, base_url, { redirect_uri: redirectUri, state: 'any-text', isPublic }).href,
    /** What the vendor calls parameters otherwise. */
    requests: provider.requests,
    tokenEndpoint: base_url + paths.token,
    redirectUri,
    scope: signInScope(client, provider),
    client_id,
    client_secret: client_secret ?? undefined,
    isPublic,
    /** What the Basic header holds, for a client that sends one. */
    basic: isMethod(client.token_endpoint_auth_method, clientSecretBasic)
      ? `${encodeURIComponent(client_id)}:${encodeURIComponent(client_secret ?? '')}`
      : undefined,
    /** What the vendor must be told to answer as JSON. */
    accept: isForm(provider, '*/*') && !isForm(provider, jsonType) ? jsonType : undefined,
    signsIn,
    /** The form of a client that neither signs users in nor is one by itself. */
    ownForm: client.grant_types.includes('client_credentials')
      ? undefined
      : ownForms.find((one) => client.grant_types.includes(one.form.grant_type)),
    apiUrl: signsIn && probe ? base_url + probe.path : undefined,
    refreshes: client.grant_types.includes('refresh_token'),
  }
}

/** How clients get tokens for which something else must be there first. */
const ownForms = [
  {
    form: { grant_type: deviceCodeType, device_code: 'DEVICE_CODE' },
    help: 'Put what the device authorization endpoint answered in place of DEVICE_CODE.',
  },
  { form: { grant_type: jwtBearerType, assertion: 'ASSERTION' }, help: "Put a JWT that the client's key signed in place of ASSERTION." },
]

const jsonType = 'application/json'

/** Whether a vendor's tokens come as a form. */
function isForm({ tokenReply }: Provider, accept: string): boolean {
  const { headers = {} } = tokenReply?.({}, accept, 0) ?? {}
  return headers['Content-Type']?.startsWith('application/x-www-form-urlencoded') === true
}

/** The form that gets the first tokens. */
function tokenForm({ signsIn, ownForm, redirectUri, scope, isPublic }: Filled): Record<string, string> {
  if (!signsIn && ownForm !== undefined) return ownForm.form
  return signsIn
    ? {
        grant_type: 'authorization_code',
        code: 'CODE',
        redirect_uri: redirectUri,
        ...(isPublic && { code_verifier: pkceExample.verifier }),
      }
    : { grant_type: 'client_credentials', ...(scope !== '' && { scope }) }
}

/** A form's fields under the vendor's names; a client that sends its secret in the body, or has none, adds to each who it is. */
function fields(form: Record<string, string>, { basic, client_id, client_secret, requests }: Filled): [string, string][] {
  const credentials = basic !== undefined ? {} : { client_id, ...(client_secret !== undefined && { client_secret }) }
  return Object.entries(onTheWire({ ...form, ...credentials }, { requests }))
}

/** Those that there are, with a blank line between them. */
function paragraphs(...all: readonly (string | false | undefined)[]): string {
  return all.filter((one) => typeof one === 'string').join('\n\n')
}

function curl(filled: Filled): string {
  const { authorizeUrl, apiUrl, signsIn, refreshes } = filled
  const refresh = { grant_type: 'refresh_token', refresh_token: 'REFRESH_TOKEN' }
  return paragraphs(
    signsIn && `# Sign in: open this in a browser\n${authorizeUrl}`,
    `# Get tokens\n${tokenRequest(filled, tokenForm(filled))}`,
    apiUrl && `# Call the API\ncurl ${shellWord(apiUrl)} \\\n  --header 'Authorization: Bearer ACCESS_TOKEN'`,
    signsIn && refreshes && `# Refresh\n${tokenRequest(filled, refresh)}`,
  )
}

function tokenRequest(filled: Filled, form: Record<string, string>): string {
  const { tokenEndpoint, basic, accept } = filled
  return [
    `curl ${shellWord(tokenEndpoint)}`,
    ...(accept === undefined ? [] : [`  --header 'Accept: ${accept}'`]),
    ...(basic === undefined ? [] : [`  --user ${shellWord(basic)}`]),
    ...fields(form, filled).map(([name, value]) => `  --data-urlencode ${shellWord(`${name}=${value}`)}`),
  ].join(' \\\n')
}

function postman(filled: Filled): string {
  const { signsIn, redirectUri, authorizationEndpoint, tokenEndpoint, client_id, client_secret, scope, basic, isPublic } = filled
  const rows = [
    ['Grant Type', signsIn ? (isPublic ? 'Authorization Code (With PKCE)' : 'Authorization Code') : 'Client Credentials'],
    ...(signsIn
      ? [
          ['Callback URL', redirectUri],
          ['Auth URL', authorizationEndpoint],
        ]
      : []),
    ['Access Token URL', tokenEndpoint],
    ['Client ID', client_id],
    ['Client Secret', client_secret ?? '(none)'],
    ['Scope', scope],
    ...(signsIn ? [['State', 'any-text']] : []),
    ['Client Authentication', basic !== undefined ? 'Send as Basic Auth header' : 'Send client credentials in body'],
  ]
  return rows.map(([name = '', value = '']) => `${name.padEnd(23)}${value}`).join('\n')
}

/** What to do before the code, as a comment of a language. */
function signInFirst({ signsIn, authorizeUrl }: Filled, mark: '//' | '#'): string | false {
  return signsIn && `${mark} Sign in: open this in a browser, and take the code from the address it ends at\n${mark} ${authorizeUrl}`
}

function javascript(filled: Filled): string {
  const { tokenEndpoint, apiUrl, basic, accept } = filled
  const keyOf = (name: string) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : literal(name))
  const form = fields(tokenForm(filled), filled).map(([name, value]) => `    ${keyOf(name)}: ${literal(value)},`)
  const headers = [
    ...(accept === undefined ? [] : [`Accept: '${accept}'`]),
    ...(basic === undefined ? [] : [`Authorization: 'Basic ' + btoa(${literal(basic)})`]),
  ]
  const header = headers.length === 0 ? '' : `\n  headers: { ${headers.join(', ')} },`
  return paragraphs(
    signInFirst(filled, '//'),
    `const answer = await fetch(${literal(tokenEndpoint)}, {\n  method: 'POST',${header}\n  body: new URLSearchParams({\n${form.join('\n')}\n  }),\n})`,
    'const tokens = await answer.json()\nconsole.log(answer.status, tokens)',
    apiUrl &&
      `const me = await fetch(${literal(apiUrl)}, {\n  headers: { Authorization: \`Bearer \${tokens.access_token}\` },\n})\nconsole.log(await me.json())`,
  )
}

function python(filled: Filled): string {
  const { tokenEndpoint, apiUrl, basic, accept, client_id, client_secret } = filled
  const form = fields(tokenForm(filled), filled).map(([name, value]) => `        ${literal(name)}: ${literal(value)},`)
  const header = accept === undefined ? '' : `\n    headers={"Accept": "${accept}"},`
  const auth = basic === undefined ? '' : `\n    auth=(${literal(client_id)}, ${literal(client_secret ?? '')}),`
  return paragraphs(
    'import requests',
    signInFirst(filled, '#'),
    `answer = requests.post(\n    ${literal(tokenEndpoint)},${header}${auth}\n    data={\n${form.join('\n')}\n    },\n)`,
    'tokens = answer.json()\nprint(answer.status_code, tokens)',
    apiUrl &&
      `me = requests.get(\n    ${literal(apiUrl)},\n    headers={"Authorization": f"Bearer {tokens['access_token']}"},\n)\nprint(me.json())`,
  )
}

/** A string of JavaScript, which Python reads alike. */
function literal(text: string): string {
  return JSON.stringify(text)
}
