import { resolve } from 'node:path'
import { ConfigError, type ConfigProblem } from '../../config/error.ts'
import type { Flags } from '../../config/flags.ts'
import type { OwnExam } from '../../config/own-exam.ts'
import { probeForm, readProbe } from '../../exam/browser/probe.ts'
import type { WebApp } from '../../exam/browser/web-app.ts'
import { type Level, levels } from '../../exam/level.ts'
import { type Profile, profiles } from '../../exam/profiles.ts'
import { type Format, formats } from '../../exam/reports/formats.ts'
import { type RulesVersion, rulesVersion, rulesVersions } from '../../exam/versions.ts'

/** What else an exam that was passed can give, which others can check: as the control API has it. */
export const shown = { attestation: 'attestation', badge: 'badge.svg', jwks: 'jwks' } as const

const written = [...formats, ...Object.keys(shown)].join(', ')

/** The flags of `grantbox exam`, beside the settings. */
export const examFlags: Flags = {
  'signed-in': { value: 'PROBE', description: `what the app answers to somebody who is signed in: ${probeForm}` },
  whoami: { value: 'PROBE', description: "where the app says who is signed in: 'GET /me json /sub'; it shows who was let in by a forgery" },
  api: { value: 'URL', description: 'an address of the app that calls an API with the tokens' },
  logout: { value: 'URL', description: 'where the app signs out' },
  'redirect-uri': { value: 'URL', description: "the app's redirect URI (the one of its first request)" },
  'post-logout-redirect-uri': { value: 'URL', description: "where the app's users come back from signing out" },
  'backchannel-logout-uri': { value: 'URL', description: 'where the app is told that its user signed out' },
  client: { value: 'ID', description: 'a client that is there (one is made)' },
  public: { description: 'the client that is made has no secret, as that of a page of scripts or of a device' },
  sandbox: { value: 'NAME', description: 'the sandbox where it takes place, made when it is not there (exam)' },
  profile: { value: 'NAME', description: `what the app is, guessed when absent: ${Object.keys(profiles).join(', ')}`, repeatable: true },
  only: { value: 'RULE', description: 'these rules or groups alone', repeatable: true },
  quick: { description: 'what goes wrong most often, by 18 logins' },
  patience: { value: 'DURATION', description: 'how long an answer is held back at most, to see whether the app gives up (45s)' },
  report: { value: 'FORMAT=FILE', description: `also written to files: ${written}`, repeatable: true },
  'fail-on': { value: 'LEVEL', description: 'the least level at which a failure ends with 1: must, should or hint (must)' },
  require: { value: 'PERCENT', description: 'ends with 4 when fewer of the musts were exercised' },
  'return-to': { value: 'PARAMETER', description: "the parameter of the login's address that says where to go afterwards" },
  ready: { value: 'URL', description: 'answers when the app that is started is ready (the address of the login)' },
  known: { value: 'FILE', description: 'failures that are let pass: {"RULE": {"reason": "…", "until": "2026-12-31"}}' },
  rules: { value: 'VERSION', description: `the rules as they were in a version (${rulesVersion})` },
  'sarif-file': { value: 'FILE', description: 'the file of the app that the findings of the SARIF report stand at' },
  browser: { description: 'an installed Chrome, Chromium or Edge is the browser, for apps that need scripts' },
  parallel: { value: 'N', description: 'that many runs of a command at once, each with a sandbox of its own (1)' },
  verbose: { description: 'a line for each rule that passed too' },
}

/** What somebody asks of an exam. */
export interface Asked {
  /** Undefined for the form in which a command logs in. */
  readonly app: WebApp | undefined
  readonly redirect_uri: string | undefined
  readonly post_logout_redirect_uri: string | undefined
  readonly backchannel_logout_uri: string | undefined
  readonly client: string | undefined
  /** Whether the client that is made has no secret. */
  readonly public: boolean
  readonly sandbox: string
  readonly profiles: readonly Profile[]
  readonly only: readonly string[]
  readonly quick: boolean
  readonly waive: Readonly<Record<string, string>>
  readonly patience: string | undefined
  readonly reports: ReadonlyMap<Format, string>
  readonly shown: ReadonlyMap<string, string>
  readonly fail_on: Level
  readonly require: number | undefined
  readonly ready: string | undefined
  /** A file of failures that are let pass, and who named it. */
  readonly known: { readonly file: string; readonly where: string } | undefined
  readonly sarif_file: string | undefined
  /** How many runs of a command there may be at once. */
  readonly parallel: number
  /** Whether the app needs scripts. */
  readonly browser: boolean
  readonly rules_version: RulesVersion | undefined
  readonly verbose: boolean
}

/**
 * What the flags say, and for the rest what the config file does.
 * @throws ConfigError that names each mistake
 */
export function readAsked(url: string | undefined, flags: ReadonlyMap<string, string>, own?: OwnExam): Asked {
  const values = new Map([...saidInFile(own, url !== undefined), ...flags])
  const problems: ConfigProblem[] = []
  const placeOf = (flag: string) =>
    own === undefined || flags.has(flag) ? `flag --${flag}` : `${own.label}: exam.${flag.replaceAll('-', '_')}`
  const wrong = (flag: string, message: string): undefined => {
    problems.push({ where: flag === '' ? 'grantbox exam' : placeOf(flag), message })
  }
  const list = (flag: string) => values.get(flag)?.split(',') ?? []

  if (url !== undefined && !isHttp(url)) wrong('', `expected the http or https URL where a login begins, got ${JSON.stringify(url)}`)
  const base = url !== undefined && isHttp(url) ? url : 'http://localhost'
  if (url === undefined) {
    for (const flag of ofApps) {
      if (values.has(flag)) wrong(flag, 'means something beside a URL alone; a command says by its exit code whether it is signed in')
    }
  }
  const probe = (flag: string) => {
    const text = values.get(flag)
    const read = text === undefined ? undefined : readProbe(text, base)
    if (text !== undefined && read === undefined) wrong(flag, `expected ${probeForm}, got ${JSON.stringify(text)}`)
    return read
  }
  const address = (flag: string) => {
    const text = values.get(flag)
    if (text === undefined) return undefined
    if (URL.canParse(text, base) && isHttp(new URL(text, base).href)) return new URL(text, base).href
    return wrong(flag, `expected an http or https URL or a path of the app, got ${JSON.stringify(text)}`)
  }
  const named = list('profile')
  const unknown = named.find((one) => !(one in profiles))
  if (unknown !== undefined) wrong('profile', `expected some of ${Object.keys(profiles).join(', ')}, got ${JSON.stringify(unknown)}`)
  const fail_on = values.get('fail-on') ?? 'must'
  if (!levels.some((level) => level === fail_on)) wrong('fail-on', `expected ${levels.join(', ')}, got ${JSON.stringify(fail_on)}`)
  const require = values.get('require')
  const percent = /^(\d{1,2}|100)%?$/.exec(require ?? '0')?.[1]
  if (percent === undefined) wrong('require', `expected 0 to 100, got ${JSON.stringify(require)}`)
  const version = values.get('rules')
  const rules_version = rulesVersions.find((one) => one === version)
  if (version !== undefined && rules_version === undefined)
    wrong('rules', `expected one of ${rulesVersions.join(', ')}, got ${JSON.stringify(version)}`)
  const reports = new Map<Format, string>()
  const toShow = new Map<string, string>()
  for (const one of list('report')) {
    const [format = '', file = ''] = one.split(/=(.*)/s)
    const known = formats.find((each) => each === format)
    if (file !== '' && Object.hasOwn(shown, format)) toShow.set(shown[format as keyof typeof shown], file)
    else if (file !== '' && known !== undefined) reports.set(known, file)
    else wrong('report', `expected FORMAT=FILE with one of ${written}, got ${JSON.stringify(one)}`)
  }
  const app: WebApp | undefined =
    url === undefined
      ? undefined
      : {
          login: url,
          signed_in: probe('signed-in'),
          whoami: probe('whoami'),
          api: address('api'),
          logout: address('logout'),
          return_to: values.get('return-to'),
        }
  if (values.has('browser') && url === undefined) wrong('browser', 'means something beside a URL alone: a command has a browser of its own')
  const parallel = values.get('parallel') ?? '1'
  if (!/^([1-9]|[12]\d|3[0-2])$/.test(parallel)) wrong('parallel', `expected a number of 1 to 32, got ${JSON.stringify(parallel)}`)
  else if (parallel !== '1' && url !== undefined)
    wrong('parallel', 'means something for a command that logs in alone: an app with an address has one')
  else if (parallel !== '1' && toShow.size > 0)
    wrong('parallel', 'expected no attestation or badge beside it: they are given for one exam in one sandbox')
  else if (parallel !== '1' && values.has('client')) wrong('parallel', 'expected no client beside it: each sandbox has one of its own')
  const known = values.get('known')
  if (problems.length > 0) throw new ConfigError(problems)
  return {
    app,
    redirect_uri: values.get('redirect-uri'),
    post_logout_redirect_uri: values.get('post-logout-redirect-uri'),
    backchannel_logout_uri: values.get('backchannel-logout-uri'),
    client: values.get('client'),
    public: values.has('public'),
    sandbox: values.get('sandbox') ?? 'exam',
    profiles: named as Profile[],
    only: list('only'),
    quick: values.has('quick'),
    waive: own?.said.waive ?? {},
    patience: values.get('patience'),
    reports,
    shown: toShow,
    fail_on: fail_on as Level,
    require: require === undefined ? undefined : Number(percent),
    ready: values.get('ready'),
    known: known === undefined ? undefined : { file: known, where: placeOf('known') },
    sarif_file: values.get('sarif-file'),
    parallel: Number(parallel),
    browser: values.has('browser'),
    rules_version,
    verbose: values.has('verbose'),
  }
}

/** What means something beside the URL of an app alone. */
const ofApps = ['signed-in', 'whoami', 'api', 'logout', 'return-to', 'ready']

/** What a config file says, as flags would; its paths begin where it lies. */
function saidInFile(own: OwnExam | undefined, hasUrl: boolean): [string, string][] {
  if (own === undefined) return []
  const { waive: _, report = {}, known, ...rest } = own.said
  const files = Object.entries(report).map(([format, file = '']) => `${format}=${resolve(own.folder, file)}`)
  const paths = { ...(known !== undefined && { known: resolve(own.folder, known) }), ...(files.length > 0 && { report: files }) }
  return Object.entries({ ...rest, ...paths })
    .map(([key, value = '']): [string, string] => [key.replaceAll('_', '-'), [value].flat().join(',')])
    .filter(([flag]) => hasUrl || !ofApps.includes(flag))
}

function isHttp(text: string): boolean {
  return /^https?:\/\/./.test(text) && URL.canParse(text)
}
