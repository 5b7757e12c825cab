/**
 * In this room: `grantbox init`: what is asked (`choice.ts`), what is written (`config.ts`, `compose.ts`, `examples.ts`).
 * Elsewhere: the schema of what is written (`config/`).
 */

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Provider } from '../../providers/provider.ts'

/** What runs the example test. */
export const frameworks = ['vitest', 'jest', 'playwright', 'pytest', 'node'] as const

export type Framework = (typeof frameworks)[number]

/** The client and the user whom a new sandbox of a provider has, as the example names them. */
export interface Preloaded {
  client_id: string
  client_secret: string
  redirect_uri: string
  username: string
  scope: string
  /** Whether the client says its secret in the header. */
  basic: boolean
}

/** What runs the tests of a project, as its files tell; Node.js's own runner where they tell nothing. */
export function frameworkOf(folder: string): Framework {
  const text = (name: string) => textOf(folder, name)
  const manifest = text('package.json')
  if (/"vitest"\s*:/.test(manifest)) return 'vitest'
  if (/"jest"\s*:/.test(manifest)) return 'jest'
  if (/"@playwright\/test"\s*:/.test(manifest)) return 'playwright'
  return manifest === '' && /pytest/.test(text('pyproject.toml') + text('requirements-dev.txt') + text('requirements.txt'))
    ? 'pytest'
    : 'node'
}

/** Whether a project has grantbox among what it installs. */
export function hasGrantbox(folder: string): boolean {
  return /"grantbox"\s*:/.test(textOf(folder, 'package.json'))
}

function textOf(folder: string, name: string): string {
  return existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : ''
}

/**
 * A client with a secret as a text, with a user who signs in by it; undefined for a provider that has none: its example mints tokens.
 */
export function preloadedOf({ world, paths, client_secrets }: Provider): Preloaded | undefined {
  if (typeof paths.authorize !== 'string' || client_secrets !== undefined) return undefined
  const [user] = world.users
  for (const app of world.apps) {
    const client = app.clients.find((one) => one.client_secret !== null && (one.grant_types ?? []).includes('authorization_code'))
    if (client?.client_secret === undefined || client.client_secret === null || user === undefined) continue
    const { client_id, client_secret, token_endpoint_auth_method } = client
    const scope = app.scopes.includes('openid') ? 'openid' : (app.scopes[0] ?? '')
    // An example that is run by a browser ends there, and should not leave the machine.
    const redirect_uri =
      app.redirect_uris.find((uri) => uri.startsWith('http://localhost')) ?? app.redirect_uris[0] ?? 'http://localhost:3000/callback'
    return { client_id, client_secret, redirect_uri, username: user.username, scope, basic: token_endpoint_auth_method.endsWith('basic') }
  }
  return undefined
}
