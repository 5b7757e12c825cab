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
    'kid-password',
    `${url}/iokids/collection.json`,
    `${url}/iokids/environment.json`,
    '/home/me/.grantbox',
    'Ctrl-C',
  ]
  for (const fact of facts) expect(banner).toContain(fact)
})

test('fits on a screen, with the other sandboxes in one line each', () => {
  const lines = plain().trim().split('\n')
  expect(lines.length).toBeLessThanOrEqual(25)
  for (const { name, base_url } of info.sandboxes.slice(1)) {
    expect(lines.filter((line) => line.includes(base_url) && line.includes(`${name}-id  ${name}-secret`))).toHaveLength(1)
  }
})

test('shortens long lists and says how much is left out', () => {
  const users = Array.from({ length: 10 }, (_, index) => ({ username: `user-${index}`, password: 'x' }))
  const banner = plain({ sandboxes: [sandbox('iokids', { users }), ...Array.from({ length: 50 }, (_, index) => sandbox(`t${index}`))] })
  expect(banner).toContain('and 8 more')
  expect(banner).toContain('and 45 more')
  expect(banner.trim().split('\n').length).toBeLessThanOrEqual(27)
})

test('keeps to the width of the terminal where it can', () => {
  expect(plain({}, 70)).not.toContain('deyel-secret')
  expect(plain({}, 70)).toContain(`${url}/deyel`)
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
  expect(banner).not.toMatch(/Sign-in|User|Others|undefined/)
})
