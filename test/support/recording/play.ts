import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { base32, totp } from '../../../src/providers/totp.ts'
import { basic } from '../vendor-client.ts'
import { type Answer, comparable } from './comparable.ts'
import { type Exchange, exchangeOf, kept } from './exchange.ts'
import { FormBrowser } from './form-browser.ts'
import { filledIn, type Scenario, type Step } from './scenario.ts'

/** A server that is asked: the real one, or its twin. */
export interface Stage {
  base: string
  /** Seconds since 1970 of its clock. */
  now(): number
  /** Lets seconds pass. */
  wait(seconds: number): Promise<void> | void
  /** Decides for the user who was asked elsewhere. */
  decide?(decision: NonNullable<Step['decide']>): Promise<void>
  /** The link of the last mail. */
  mailed?(): Promise<string> | string
  /** The port that takes mail. */
  smtp?: string
}

/** A step's answer; `error` when it could not be asked, since an earlier answer lacked what it needs. */
export interface Recorded {
  it: string
  answer?: Answer
  error?: string
}

/** Asks a server everything of a scenario, in order. */
export async function play(scenario: Scenario, folder: string, stage: Stage): Promise<Recorded[]> {
  const loopback = stage.base.replace(/localhost|127\.0\.0\.1/, (host) => (host === 'localhost' ? '127.0.0.1' : 'localhost'))
  const names = new Map(Object.entries({ base: stage.base, loopback, smtp: stage.smtp ?? '25', ...scenario.names }))
  const given = new Set(names.keys())
  const browsers = new Map<string, FormBrowser>()
  const recorded: Recorded[] = []
  for (const step of scenario.steps) {
    if (step.wait !== undefined) await stage.wait(step.wait)
    try {
      if (step.decide !== undefined) await stage.decide?.(step.decide)
      if (step.mail !== undefined) names.set(step.mail, (await stage.mailed?.()) ?? '')
      const secret = names.get('totpSecret')
      if (secret !== undefined) names.set('totp', totp(base32(Buffer.from(secret)), stage.now() * 1000))
      const exchange = await asked(filledIn(step, names), folder, stage.base, browsers)
      const made = new Map([...names].filter(([name]) => !given.has(name)))
      const answer = comparable(exchange, { base: stage.base, now: stage.now(), names: made }, scenario.headers)
      if (step.silent !== true) recorded.push({ it: step.it, answer })
      for (const [name, where] of Object.entries(step.keep ?? {})) names.set(name, kept(exchange, where))
    } catch (error) {
      recorded.push({ it: step.it, error: error instanceof Error ? error.message : String(error) })
    }
  }
  return recorded
}

async function asked(step: Step, folder: string, base: string, browsers: Map<string, FormBrowser>): Promise<Exchange> {
  const [method = 'GET', path = ''] = step.ask?.split(' ') ?? []
  const url = path.startsWith('http') ? path : base + path
  const headers: Record<string, string> = { ...step.headers }
  if (step.basic !== undefined) Object.assign(headers, basic(...(step.basic.split(':') as [string, string])))
  if (step.bearer !== undefined) headers.authorization = `Bearer ${step.bearer}`
  const json = step.file === undefined ? step.json : filledIn(JSON.parse(readFileSync(join(folder, step.file), 'utf8')), new Map())
  const init: RequestInit = { method, headers }
  if (json !== undefined) {
    init.body = JSON.stringify(json)
    headers['content-type'] ??= 'application/json'
  } else if (step.form !== undefined) init.body = formOf(step.form)
  if (step.browser === undefined) return exchangeOf(await fetch(url, { ...init, redirect: 'manual' }))
  const browser = browsers.get(step.browser) ?? new FormBrowser(base)
  browsers.set(step.browser, browser)
  return step.fill === undefined ? browser.open(url, init) : browser.fill(step.fill)
}

function formOf(fields: Record<string, string | string[]>): URLSearchParams {
  return new URLSearchParams(
    Object.entries(fields).flatMap(([name, values]) => [values].flat().map((value): [string, string] => [name, value])),
  )
}
