import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const demo = pathToFileURL(join(import.meta.dirname, '../../../src/providers/keycloak/realm/demo.ts'))
const script = `const { master } = await import('${demo}'); console.log(master.users.map(({ user }) => user.username + ' ' + user.password).join())`

// In a process of its own, since the environment is read once.
test.each([
  ['the container of today', 'KC_BOOTSTRAP_ADMIN_USERNAME', 'KC_BOOTSTRAP_ADMIN_PASSWORD'],
  ['the one before', 'KEYCLOAK_ADMIN', 'KEYCLOAK_ADMIN_PASSWORD'],
])('names the administrator as %s does', async (_, username, password) => {
  const env = { PATH: process.env.PATH, [username]: 'root', [password]: 'secret' }
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { env })
  expect(stdout.trim()).toBe('root secret')
})
