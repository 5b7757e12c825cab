/**
 * In this room: what `grantbox doctor` looks at, a file for each kind of thing, and how a finding is said.
 * Elsewhere: whether a running grantbox is well, which it says itself (`control/resources/health.ts`).
 */

import { type Flags, parseFlags } from '../../config/flags.ts'
import { ControlClient } from '../../library/control-client.ts'
import { originOf } from '../../start/origin.ts'
import type { Command } from '../command.ts'
import { urlFlags } from '../control.ts'
import { type Finding, listed } from './finding.ts'
import { dataFolder, settings, versions } from './installation.ts'
import { names } from './names.ts'
import { ownPorts, whoAnswers } from './running.ts'
import { trust } from './trust.ts'
import { variables } from './variables.ts'

const flags: Flags = { ...urlFlags, json: { description: 'print what was found as JSON' } }

/** `grantbox doctor`: what is here, what works and what does not, and what to do about it; exit code 1 where something is wrong. */
export const doctor: Command = {
  flags,
  async run(context) {
    const [config, ofConfig] = await settings(context, flags)
    const { values } = parseFlags(context.argv, flags)
    const url = values.get('url') ?? (context.env.GRANTBOX_URL || originOf(config.host, config.port))
    // What is found is pasted into issues: a password in the address, which nobody is asked with, stays out of it.
    const client = new ControlClient(url.replace(/\/\/[^/@]*@/, '//'), config.admin_token)
    const [running, ofRunning] = await whoAnswers(client, config)
    const findings: Finding[] = [
      versions(),
      ofConfig,
      dataFolder(config),
      ofRunning,
      ...(running === undefined ? [] : await ownPorts(running, config)),
      ...(await names(running)),
      ...variables(context, client.url),
      ...(await trust(config, running, context)),
    ]
    const wrong = findings.filter(({ state }) => state === 'wrong').length
    if (values.has('json')) context.stdout.write(`${JSON.stringify({ wrong, findings })}\n`)
    else
      context.stdout.write(
        `${listed(findings)}\n${wrong === 0 ? 'Nothing is wrong.' : `${wrong} ${wrong === 1 ? 'thing is' : 'things are'} wrong.`}\n`,
      )
    return wrong === 0 ? 0 : 1
  },
}
