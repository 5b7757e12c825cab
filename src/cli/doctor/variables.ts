import { existsSync } from 'node:fs'
import { authorityVariables, proxyOfBefore } from '../../proxy/clients/environment.ts'
import type { CommandContext } from '../command.ts'
import type { Finding } from './finding.ts'

/** What variables of this shell do to programs that ask grantbox. */
export function variables({ env }: CommandContext, url: string): Finding[] {
  const missing = authorityVariables.flatMap((name): Finding[] => {
    const path = env[name]
    if (!path || existsSync(path)) return []
    const mend = `Unset ${name}, or let it name the file that grantbox ca --bundle prints.`
    return [{ topic: name, state: 'wrong', said: `names ${path}, which is not there`, mend }]
  })
  return [...proxyAsked(env, url), ...missing]
}

function proxyAsked(env: CommandContext['env'], url: string): Finding[] {
  const proxy = proxyOfBefore(env)
  if (proxy === undefined) return []
  const topic = 'proxy'
  if (URL.canParse(proxy) && new URL(proxy).host === new URL(url).host)
    return [{ topic, state: 'ok', said: 'programs of this shell are led by way of grantbox' }]
  const around = (env.NO_PROXY ?? env.no_proxy ?? '').split(/[\s,]+/)
  const mend = `Set NO_PROXY=localhost,127.0.0.1,::1, so that clients reach grantbox itself.`
  if (around.includes('*') || around.includes('localhost'))
    return [{ topic, state: 'ok', said: 'there is another one, which is not asked for localhost' }]
  return [{ topic, state: 'wrong', said: 'another one is asked for localhost, too, and cannot know it', mend }]
}
