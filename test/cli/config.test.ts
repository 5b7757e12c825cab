import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Config, configTable, helpText, loadConfig } from '../../src/config/config.ts'
import { ConfigError } from '../../src/config/error.ts'
import { nodeVersionProblem } from '../../src/start/node-version.ts'

let cwd: string

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'grantbox-config-'))
})

afterEach(() => rm(cwd, { recursive: true }))

const load = (argv: string[] = [], env: Record<string, string> = {}): Promise<Config> => loadConfig({ argv, env, cwd })

const file = (name: string, content: unknown) => writeFile(join(cwd, name), typeof content === 'string' ? content : JSON.stringify(content))

/** The problems as lines, or a failure when the configuration was accepted. */
async function problems(argv: string[] = [], env: Record<string, string> = {}): Promise<string[]> {
  const outcome = await load(argv, env).catch((error: unknown) => error)
  if (!(outcome instanceof ConfigError)) throw new Error(`expected a ConfigError, got ${JSON.stringify(outcome)}`)
  return outcome.problems.map(({ where, message }) => `${where}: ${message}`)
}

describe('where a setting comes from', () => {
  test('the defaults hold when nothing is said', async () => {
    expect(await load()).toEqual({
      port: 9400,
      trust_proxy: 'off',
      host: 'localhost',
      provider: 'iokids',
      data: join(cwd, '.grantbox'),
      db: join(cwd, '.grantbox', 'grantbox.db'),
      body_limit: 1024 * 1024,
      request_timeout: 60,
      max_header_size: 65_536,
      max_connections: 10_000,
      journal_size: 1000,
      journal_memory: 64,
      log_level: 'warn',
    })
  })

  test('a flag wins over the environment, the environment over the file, the file over the default', async () => {
    await file('grantbox.config.json', { port: 1, host: '::1', provider: 'deyel' })
    const config = await load(['--port', '3'], { GRANTBOX_PORT: '2', GRANTBOX_HOST: '127.0.0.1' })
    expect(config).toMatchObject({ port: 3, host: '127.0.0.1', provider: 'deyel', log_level: 'warn' })
  })

  test('every setting can be given as a flag, as a variable and as a key of the file', async () => {
    const values: Record<string, string | number> = {
      port: 1234,
      host: '0.0.0.0',
      provider: 'standard',
      data: 'folder',
      db: 'a.db',
      config: 'other.yaml',
      issuer: 'https://issuer.example',
      public_url: 'https://public.example/base',
      internal_url: 'http://grantbox:9400',
      trust_proxy: 'loopback',
      port_of: 'standard=9401,wildix=0',
      import_realm: 'realms',
      client_certificates: 'always',
      proxy: 'all',
      proxy_next: 'http://proxy.corp.example:3128',
      proxy_allow: 'metadata.google.internal,169.254.170.2',
      admin_token: '12345678',
      body_limit: 2048,
      max_header_size: 8192,
      request_timeout: 5,
      max_connections: 7,
      journal_size: 3,
      journal_memory: 2,
      log_level: 'debug',
    }
    expect(configTable().map((row) => row.environment.replace('GRANTBOX_', '').toLowerCase())).toEqual(Object.keys(values))
    const expected = { ...values, data: join(cwd, 'folder'), db: join(cwd, 'a.db'), config: join(cwd, 'other.yaml') }
    await file('other.yaml', '')
    expect(await load(configTable().map(({ flag }, index) => `${flag}=${Object.values(values)[index]}`))).toEqual(expected)
    expect(
      await load(
        [],
        Object.fromEntries(configTable().map(({ environment }, index) => [environment, String(Object.values(values)[index])])),
      ),
    ).toEqual(expected)

    const { config: _, ...inFile } = values
    await file('other.yaml', inFile)
    expect(await load(['--config', 'other.yaml'])).toEqual(expected)
  })

  test.each(['grantbox.config.yaml', 'grantbox.config.yml'])('finds %s in the working folder', async (name) => {
    await file(name, '# mine\nport: 1234\nlog_level: info\n')
    expect(await load()).toMatchObject({ port: 1234, log_level: 'info', config: join(cwd, name) })
  })

  test('an empty variable counts as unset', async () => {
    expect(await load([], { GRANTBOX_PORT: '', GRANTBOX_ISSUER: '' })).toMatchObject({ port: 9400 })
  })

  test('an editor may find its schema through $schema', async () => {
    await file('grantbox.config.json', { $schema: './schema.json', port: 1 })
    expect(await load()).toMatchObject({ port: 1 })
  })

  test('a path in a file starts at the folder of the file, a path in a flag at the working folder', async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), 'grantbox-config-'))
    await writeFile(join(elsewhere, 'c.yaml'), 'data: kept\n')
    const config = await load(['--config', join(elsewhere, 'c.yaml'), '--db', 'x.db'])
    await rm(elsewhere, { recursive: true })
    expect(config).toMatchObject({ data: join(elsewhere, 'kept'), db: join(cwd, 'x.db') })
  })

  test('the database lies in the data folder unless it is kept in memory', async () => {
    expect(await load(['--data', '/somewhere'])).toMatchObject({ db: '/somewhere/grantbox.db' })
    expect(await load(['--db', ':memory:'])).toMatchObject({ db: ':memory:', data: join(cwd, '.grantbox') })
  })

  test('a URL loses the slash at its end, but an issuer stays as it is, for clients compare it', async () => {
    expect(await load(['--public-url', 'https://a.example/b/', '--internal-url', 'http://c/'])).toMatchObject({
      public_url: 'https://a.example/b',
      internal_url: 'http://c',
    })
    expect(await load(['--issuer', 'https://a.example/b/'])).toMatchObject({ issuer: 'https://a.example/b/' })
  })

  test('the flags of a command pass and are left to the command', async () => {
    const config = await loadConfig({ argv: ['--json', '--port', '1'], env: {}, cwd, commandFlags: { json: { description: '' } } })
    expect(config).toEqual({ ...(await load()), port: 1 })
  })
})

describe('a config file in a variable', () => {
  test.each([
    '{"port": 9555, "sandboxes": {"shop": {"provider": "standard"}}}',
    'port: 9555\nsandboxes:\n  shop:\n    provider: standard\n',
  ])('is JSON or YAML: %j', async (text) => {
    const config = await load([], { GRANTBOX_CONFIG_INLINE: text })
    expect([config.port, config.config, config.declared?.sandboxes.map(({ name }) => name)]).toEqual([9555, undefined, ['shop']])
  })

  test('gives way to flags and variables, and its paths start at the working folder', async () => {
    const config = await load(['--port', '1'], { GRANTBOX_CONFIG_INLINE: 'port: 2\nhost: 127.0.0.1\ndata: here', GRANTBOX_HOST: '::1' })
    expect([config.port, config.host, config.data]).toEqual([1, '::1', join(cwd, 'here')])
  })

  test('counts as unset when it is empty', async () => {
    expect((await load([], { GRANTBOX_CONFIG_INLINE: '' })).port).toBe(9400)
  })

  test('names its mistakes as those of a file', async () => {
    expect(await problems([], { GRANTBOX_CONFIG_INLINE: 'prot: 1' })).toEqual([
      'GRANTBOX_CONFIG_INLINE: prot: unknown key; did you mean port?',
    ])
    expect(await problems([], { GRANTBOX_CONFIG_INLINE: '- 1' })).toEqual([
      'GRANTBOX_CONFIG_INLINE: expected keys with values at the top level',
    ])
    expect((await problems([], { GRANTBOX_CONFIG_INLINE: '{"port": ' }))[0]).toMatch(
      /^GRANTBOX_CONFIG_INLINE: expected JSON or YAML, but GRANTBOX_CONFIG_INLINE cannot be parsed: /,
    )
  })

  test('is refused beside a file, for one of them would be ignored', async () => {
    await file('grantbox.config.yaml', 'port: 9410')
    const way = 'expected one config file; unset the variable, or leave the file out'
    expect(await problems([], { GRANTBOX_CONFIG_INLINE: 'port: 1' })).toEqual([
      `environment variable GRANTBOX_CONFIG_INLINE and grantbox.config.yaml: ${way}`,
    ])
    expect(await problems(['--config', 'other.json'], { GRANTBOX_CONFIG_INLINE: 'port: 1' })).toEqual([
      `environment variable GRANTBOX_CONFIG_INLINE and flag --config: ${way}`,
    ])
  })
})

describe('the encoding of a config file', () => {
  const write = (name: string, bytes: Buffer) => writeFile(join(cwd, name), bytes)
  const utf16 = (text: string) => Buffer.from(text, 'utf16le')

  test.each([
    ['grantbox.config.json', '{"port": 9410}'],
    ['grantbox.config.yaml', 'port: 9410'],
  ])('may begin with a byte order mark: %s', async (name, text) => {
    await write(name, Buffer.from(`\u{feff}${text}`))
    expect((await load()).port).toBe(9410)
  })

  test.each([
    ['UTF-16', Buffer.concat([Buffer.from([0xff, 0xfe]), utf16('port: 1')])],
    ['UTF-16', Buffer.concat([Buffer.from([0xfe, 0xff]), utf16('port: 1').swap16()])],
    ['UTF-16', utf16('port: 1')],
    ['UTF-16', utf16('port: 1').swap16()],
    ['another encoding, such as Latin-1', Buffer.from('provider: caf\u00e9', 'latin1')],
    ['a NUL byte, which no text has', Buffer.from('port: 1\n# \0')],
  ])('is named when it is %s', async (came, bytes) => {
    await write('grantbox.config.yaml', bytes)
    expect(await problems()).toEqual([`grantbox.config.yaml: expected text in UTF-8, got ${came}; save it as UTF-8`])
  })
})

describe('what is refused', () => {
  test('a wrong value says where it stands, what was expected and what came', async () => {
    const expected = 'expected a whole number from 0 to 65535, got'
    expect(await problems(['--port', '-1'])).toEqual([`flag --port: ${expected} "-1"`])
    expect(await problems([], { GRANTBOX_PORT: '65536' })).toEqual([`environment variable GRANTBOX_PORT: ${expected} 65536`])
    await file('grantbox.config.yaml', 'port: 94.5\n')
    expect(await problems()).toEqual([`grantbox.config.yaml: port: ${expected} 94.5`])
  })

  test.each([
    ['--host', 'localhost:9400'],
    ['--host', 'http://localhost'],
    ['--provider', 'No Such'],
    ['--data', ''],
    ['--db', ''],
    ['--issuer', 'issuer.example'],
    ['--issuer', 'ftp://issuer.example'],
    ['--issuer', 'https://issuer.example?x=1'],
    ['--public-url', 'https://me:secret@public.example'],
    ['--internal-url', 'https://internal.example/#x'],
    ['--log-level', 'loud'],
    ['--port', '0x10'],
    ['--port', ' 80'],
  ])('%s %j is refused, naming the flag and the value', async (flag, value) => {
    const [line, ...more] = await problems([`${flag}=${value}`])
    expect(more).toEqual([])
    expect(line).toMatch(new RegExp(`^flag ${flag}: expected .+, got `))
    expect(line?.endsWith(JSON.stringify(value))).toBe(true)
  })

  test('the admin token is never repeated', async () => {
    expect((await problems(['--admin-token', 'my secret'])).join()).not.toContain('my secret')
  })

  test('a value that breaks two rules is one problem', async () => {
    await file('grantbox.config.json', { port: -1.5 })
    expect(await problems()).toHaveLength(1)
  })

  test.each([
    [['--prot', '1'], 'flag --prot: unknown flag; did you mean --port?'],
    [['--publicurl=x'], 'flag --publicurl: unknown flag; did you mean --public-url?'],
    [['--log'], 'flag --log: unknown flag; did you mean --log-level?'],
    [['-p9400'], 'flag -p9400: unknown flag; did you mean --port?'],
    [['--zzzzzz'], 'flag --zzzzzz: unknown flag'],
    [['--toString'], 'flag --toString: unknown flag'],
    [['--port'], 'flag --port: expected a value (PORT), got none'],
    [['--port', '--data=x'], 'flag --port: expected a value (PORT), got none'],
    [['9400'], 'argument "9400": expected a flag; a command comes first, a value follows its flag'],
  ])('%j is refused', async (argv, line) => {
    expect(await problems(argv)).toEqual([line])
  })

  test('a switch takes no value', async () => {
    const loading = loadConfig({ argv: ['--json=yes'], env: {}, cwd, commandFlags: { json: { description: '' } } })
    await expect(loading).rejects.toThrow('flag --json: takes no value')
  })

  test('an unknown key of the file is refused with what was probably meant', async () => {
    await file('grantbox.config.yaml', 'prot: 1\npublic-url: http://a.example\n')
    expect(await problems()).toEqual([
      'grantbox.config.yaml: prot: unknown key; did you mean port?',
      'grantbox.config.yaml: public-url: unknown key; did you mean public_url?',
    ])
  })

  test('a config file cannot name another one', async () => {
    await file('a.json', { config: 'b.json' })
    expect(await problems(['--config', 'a.json'])).toEqual(['a.json: config: cannot stand in a config file'])
  })

  test('two config files in one folder are refused, for one of them would be ignored', async () => {
    await file('grantbox.config.json', {})
    await file('grantbox.config.yaml', '')
    expect(await problems()).toEqual([
      'grantbox.config.json and grantbox.config.yaml: expected one config file in the folder; name the right one with --config',
    ])
  })

  test('a config file that cannot be read is refused, naming who asked for it', async () => {
    const [line] = await problems([], { GRANTBOX_CONFIG: 'none.yaml' })
    expect(line).toMatch(/^environment variable GRANTBOX_CONFIG: expected a file that can be read, got "none.yaml" \(ENOENT/)
  })

  test.each([
    ['grantbox.config.json', '{"port": 1,}', /^grantbox\.config\.json: expected JSON, but .+ cannot be parsed: .+line 1 column 12/],
    ['grantbox.config.yaml', 'port: 1\nport: 2\n', /^grantbox\.config\.yaml: expected YAML, but .+ cannot be parsed: .+line 2, column 1$/],
    ['grantbox.config.yaml', '- port\n', /^grantbox\.config\.yaml: expected keys with values at the top level$/],
    ['grantbox.config.json', '"port"', /^grantbox\.config\.json: expected keys with values at the top level$/],
  ])('%s with %j is refused', async (name, content, line) => {
    await file(name, content)
    expect(await problems()).toEqual([expect.stringMatching(line)])
  })

  test('all problems come at once, each with its source', async () => {
    await file('c.yaml', 'log_level: loud\nprovidr: x\n')
    const argv = ['--prot=1', '--config', 'c.yaml']
    const env = { GRANTBOX_HOST: 'a b' }
    expect((await problems(argv, env)).map((line) => line.slice(0, line.lastIndexOf(': ')))).toEqual([
      'flag --prot',
      'environment variable GRANTBOX_HOST',
      'c.yaml: log_level',
      'c.yaml: providr',
    ])
    await expect(load(argv, env)).rejects.toThrow(
      /^The configuration has 4 problems:\n {2}flag --prot: unknown flag; did you mean --port\?\n/,
    )
  })

  test('a problem that stands alone is one sentence', async () => {
    await expect(load(['--prot=1'])).rejects.toThrow(/^flag --prot: unknown flag; did you mean --port\?$/)
  })
})

describe('what is told about the settings', () => {
  test('the table has flag, variable, key, default and description of every setting', () => {
    expect(configTable()).toContainEqual({
      flag: '--port',
      environment: 'GRANTBOX_PORT',
      key: 'port',
      default: '9400',
      description: 'port for http and https alike; 0 takes a free one',
    })
    expect(configTable().map(({ flag }) => flag)).toEqual([
      '--port',
      '--host',
      '--provider',
      '--data',
      '--db',
      '--config',
      '--issuer',
      '--public-url',
      '--internal-url',
      '--trust-proxy',
      '--port-of',
      '--import-realm',
      '--client-certificates',
      '--proxy',
      '--proxy-next',
      '--proxy-allow',
      '--admin-token',
      '--body-limit',
      '--max-header-size',
      '--request-timeout',
      '--max-connections',
      '--journal-size',
      '--journal-memory',
      '--log-level',
    ])
    for (const row of configTable()) {
      const { key, ...always } = row
      expect(Object.values(always), row.flag).not.toContain('')
      expect(key, row.flag).toBe(row.flag === '--config' ? '' : row.environment.replace('GRANTBOX_', '').toLowerCase())
    }
  })

  test('the help text has every setting with its default, and the flags of the command', () => {
    const lines = helpText({ json: { description: 'one line of JSON' } }).split('\n')
    expect(lines.some((line) => /--json +one line of JSON$/.test(line))).toBe(true)
    for (const { flag, description, default: preset } of configTable()) {
      expect(
        lines.filter((line) => line.trim().startsWith(`${flag} `) && line.endsWith(`  ${description} (${preset})`)),
        flag,
      ).toHaveLength(1)
    }
  })
})

describe('the Node.js version', () => {
  test('one whose Node-API is too old for the database is refused in one sentence', () => {
    expect(nodeVersionProblem({ node: '20.19.0', napi: '9' })).toBe('grantbox needs Node.js 22.14 or newer; this is Node.js 20.19.0.')
    expect(nodeVersionProblem({ node: '20.19.0' })).toBeDefined()
  })

  test('22.14 and newer pass', () => {
    expect(nodeVersionProblem({ node: '22.14.0', napi: '10' })).toBeUndefined()
    expect(nodeVersionProblem(process.versions)).toBeUndefined()
  })
})
