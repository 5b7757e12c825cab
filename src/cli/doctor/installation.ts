import { accessSync, constants, existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { packageFolder, version } from '../../basics/package.ts'
import { type Config, loadConfig } from '../../config/config.ts'
import { ConfigError } from '../../config/error.ts'
import type { Flags } from '../../config/flags.ts'
import type { CommandContext } from '../command.ts'
import type { Finding } from './finding.ts'

/** What runs here. */
export function versions(): Finding {
  const { platform, arch, version: node } = process
  return {
    topic: 'versions',
    state: 'ok',
    said: `grantbox ${version()} in ${packageFolder}, Node.js ${node}, ${platform} ${arch}`,
  }
}

/** The settings as they hold here, and which file they came of; those that hold without any where they are wrong. */
export async function settings({ argv, env, cwd }: CommandContext, flags: Flags): Promise<[Config, Finding]> {
  try {
    const config = await loadConfig({ argv, env, cwd, commandFlags: flags })
    const said = config.config === undefined ? 'there is no config file, and none is needed' : `${config.config} was read`
    return [config, { topic: 'config', state: 'ok', said }]
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const said = error.problems.map(({ where, message }) => `${where}: ${message}`).join('\n')
    const mend = 'Until it is mended grantbox does not start; what follows is looked at as without it.'
    const without = await loadConfig({ argv: ['--data', join(cwd, '.grantbox')], env: {}, cwd: join(packageFolder, 'nowhere') })
    return [without, { topic: 'config', state: 'wrong', said, mend }]
  }
}

/** Whether what is to be kept can be. */
export function dataFolder({ data, db }: Config): Finding {
  if (db === ':memory:') return { topic: 'data', state: 'ok', said: `nothing is kept, but for the authority in ${data}` }
  let there = data
  while (!existsSync(there) && dirname(there) !== there) there = dirname(there)
  try {
    accessSync(there, constants.W_OK)
  } catch {
    const mend = `Let it be written by whoever starts grantbox, name another one with --data, or keep nothing with --db :memory:.`
    return { topic: 'data', state: 'wrong', said: `${there} cannot be written`, mend }
  }
  return { topic: 'data', state: 'ok', said: there === data ? `${data} is there and can be written` : `${data} is made at the first start` }
}
