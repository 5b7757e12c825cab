import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { makeFolder } from '../basics/folder.ts'
import type { Flags } from '../config/flags.ts'
import type { Command } from './command.ts'
import { reach, spaceFlags } from './control.ts'

const flags: Flags = {
  ...spaceFlags,
  'client-id': { value: 'ID', description: 'the client that the environment is for (the first of the sandbox)' },
  out: { value: 'DIR', description: 'the folder to write to (the working folder)' },
}

/** `grantbox postman`: writes a collection and an environment that Postman imports, and prints where they lie. */
export const postman: Command = {
  flags,
  async run(context) {
    const { client, values, sandbox } = await reach(context, flags)
    const { name } = await sandbox()
    const folder = resolve(context.cwd, values.get('out') ?? '.')
    const path = `/sandboxes/${name}/postman`
    const documents = {
      collection: await client.get<object>(`${path}/collection.json`),
      environment: await client.get<object>(`${path}/environment.json`, { client_id: values.get('client-id') }),
    }
    makeFolder(folder)
    const space = values.get('space')
    const place = space === undefined ? name : `${name}-${encodeURIComponent(space)}`
    for (const [kind, document] of Object.entries(documents)) {
      const file = join(folder, `${place}.postman_${kind}.json`)
      await writeFile(file, `${JSON.stringify(document, null, 2)}\n`)
      context.stdout.write(`${file}\n`)
    }
    return 0
  },
}
