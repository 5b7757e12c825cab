import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { renderBanner } from '../../src/cli/banner.ts'
import type { StartInfo, StartSandbox } from '../../src/start/info.ts'

const url = 'http://localhost:9400'

const sandbox = (name: string, more: Partial<StartSandbox> = {}): StartSandbox => ({
  name,
  provider: name,
  base_url: `${url}/${name}`,
  made: true,
  authorization_endpoint: `${url}/oauth/signin`,
  token_endpoint: `${url}/oauth/token`,
  clients: [{ client_id: `${name}-id`, client_secret: `${name}-secret`, app: `${name} app` }],
  users: [],
  postman: { collection: `${url}/${name}/collection.json`, environment: `${url}/${name}/environment.json` },
  ...more,
})

const info: StartInfo = {
  url,
  https_url: 'https://localhost:9400',
  version: '1.2.3',
  default_sandbox: 'iokids',
  sandboxes: [
    sandbox('iokids', {
      users: [
        { username: '@beautifulmeercat246', password: 'fluffy' },
        { username: '@kid', password: 'kid-password' },
      ],
    }),
    ...['deyel', 'gateway', 'socialid', 'standard', 'wildix'].map((name) => sandbox(name)),
  ],
  dashboard_url: `${url}/dashboard`,
  data: '/home/me/.grantbox',
}

const plain = (changes: Partial<StartInfo> = {}, columns = 100) => renderBanner({ ...info, ...changes }, { color: false, columns })

test('says everything a client has to be told', () => {
  const banner = plain()
  const facts = [
    '1.2.3',
    url,
    'https://localhost:9400',
    'grantbox ca',
    `${url}/dashboard`,
    `${url}/oauth/signin`,
    `${url}/oauth/token`,
    'iokids-id',
    'iokids-secret',
    'iokids app',
    '@beautifulmeercat246',
    'fluffy',
    'others: grantbox providers iokids',
    `${url}/iokids/collection.json`,
    '/home/me/.grantbox',
    'Ctrl-C',
  ]
  for (const fact of facts) expect(banner).toContain(fact)
})

test('is ten lines or so when nothing was made yet', () => {
  const unmade = ['wildix', 'socialid', 'deyel', 'gateway', 'auth0', 'cognito', 'entra', 'keycloak', 'okta', 'slack', 'discord', 'facebook']
  const sandboxes = [
    sandbox('iokids'),
    sandbox('standard', { openid_configuration: `${url}/standard/.well-known/openid-configuration` }),
    ...unmade.map((name) => ({ name, provider: name, base_url: `${url}/${name}`, made: false })),
  ]
  const lines = plain({ sandboxes })
    .split('\n')
    .filter((line) => line.trim() !== '')
  expect(lines.length).toBeLessThanOrEqual(13)
  for (const name of [...unmade, 'standard'])
    expect(lines.filter((line) => new RegExp(`(Vendors|^) .*\\b${name}\\b`).test(line))).not.toEqual([])
  expect(lines.every((line) => line.length <= 120)).toBe(true)
  expect(lines.at(-2)).toBe(`${' '.repeat(15)}how to reach them: grantbox providers`)
})

test('has a line for each of the first sandboxes that are there, and says how many are left out', () => {
  const lines = plain({ sandboxes: [sandbox('iokids'), ...Array.from({ length: 50 }, (_, index) => sandbox(`t${index}`))] }).split('\n')
  for (const name of ['t0', 't1', 't2']) {
    expect(lines.filter((line) => line.includes(`${url}/${name} `) && line.includes(`${name}-id  ${name}-secret`))).toHaveLength(1)
  }
  expect(lines.filter((line) => /\/t\d/.test(line))).toHaveLength(3)
  expect(lines.join('\n')).toContain('and 47 more')
})

test('keeps to the width of the terminal where it can', () => {
  expect(plain({}, 70)).not.toContain('deyel-secret')
  expect(plain({}, 70)).toContain(`${url}/deyel`)
  const named = plain(
    {
      sandboxes: [
        sandbox('iokids'),
        ...['aaaaaaaaaa', 'bbbbbbbbbb', 'cccccccccc'].map((name) => ({ name, provider: name, base_url: url, made: false })),
      ],
    },
    40,
  )
  expect(named).toMatch(/Vendors +aaaaaaaaaa, bbbbbbbbbb\n +cccccccccc\n/)
})

test('colours change no character and are absent when not wanted', () => {
  const coloured = renderBanner(info, { color: true, columns: 100 })
  expect(coloured).not.toBe(plain())
  expect(stripVTControlCharacters(coloured)).toBe(plain())
  expect(stripVTControlCharacters(plain())).toBe(plain())
})

test('a name cannot write to the terminal or break a line', () => {
  const users = [{ username: 'eve\u001b[2J\u001b]0;title\u0007\nSandbox', password: 'x' }]
  const banner = plain({ sandboxes: [sandbox('iokids', { users })] })
  expect(banner).toMatch(/eve.*Sandbox/)
  expect(banner.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
})

test('says where OpenID Connect is: in the default sandbox, or in another and how to have it at the root', () => {
  const openid_configuration = `${url}/standard/.well-known/openid-configuration`
  const sandboxes = [sandbox('iokids'), sandbox('standard', { openid_configuration })]
  expect(plain({ sandboxes })).toMatch(new RegExp(`OpenID +${openid_configuration} +at the root: --provider standard\\n`))
  expect(plain({ sandboxes, default_sandbox: 'standard' })).toMatch(new RegExp(`OpenID +${openid_configuration}\\n`))
  expect(plain()).not.toContain('OpenID')
})

test('shows the admin token, a public client and a provider without a sign-in page', () => {
  const { authorization_endpoint: _, ...bare } = sandbox('mine', { provider: 'standard', clients: [{ client_id: 'spa', app: 'SPA' }] })
  const banner = plain({ default_sandbox: 'mine', sandboxes: [bare], admin_token: 'tok-en' })
  expect(banner).toMatch(/Admin token +tok-en/)
  expect(banner).toMatch(/Client +spa +public +SPA/)
  expect(banner).toContain('speaks as standard')
  expect(banner).not.toMatch(/Sign-in|User|Vendors|Sandboxes|undefined/)
})
