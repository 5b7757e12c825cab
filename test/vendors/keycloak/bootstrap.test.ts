import { afterEach, expect, test, vi } from 'vitest'

afterEach(() => vi.unstubAllEnvs())

test.each([
  ['the container of today', 'KC_BOOTSTRAP_ADMIN_USERNAME', 'KC_BOOTSTRAP_ADMIN_PASSWORD'],
  ['the one before', 'KEYCLOAK_ADMIN', 'KEYCLOAK_ADMIN_PASSWORD'],
])('names the administrator as %s does', async (_, username, password) => {
  vi.stubEnv(username, 'root')
  vi.stubEnv(password, 'secret')
  vi.resetModules()
  const { master } = await import('../../../src/providers/keycloak/realm/demo.ts')
  expect(master.users.map(({ user }) => [user.username, user.password])).toEqual([['root', 'secret']])
})
