import { ControlClient } from './control-client.ts'
import { GrantboxError } from './error.ts'
import { type Grantbox, grantbox } from './grantbox.ts'
import { madeSandboxes, placeIn } from './sandbox.ts'

/** How to speak to a grantbox that runs elsewhere. */
export interface ConnectOptions {
  /** What its control API asks for; `GRANTBOX_ADMIN_TOKEN` when absent. */
  adminToken?: string | undefined
}

/**
 * The same object as {@link startGrantbox} gives, for a grantbox that runs already: in a container, or by `grantbox run`.
 * @param url its address, `GRANTBOX_URL` when absent
 * @throws GrantboxError when it does not answer or the token is wrong
 */
export async function connectGrantbox(
  url: string | undefined = process.env.GRANTBOX_URL,
  { adminToken = process.env.GRANTBOX_ADMIN_TOKEN || undefined }: ConnectOptions = {},
): Promise<Grantbox> {
  if (url === undefined || !/^https?:\/\//.test(url)) {
    const detail = `connectGrantbox needs the address of a grantbox, as an argument or in GRANTBOX_URL; got ${JSON.stringify(url)}`
    throw new GrantboxError({ status: 0, title: 'No address', detail })
  }
  const client = new ControlClient(url, adminToken)
  const items = await madeSandboxes(client)
  const ca = await client.authority()
  const first = items.find((one) => one.default)
  const known = new Map(items.map((one) => [one.name, one]))
  return grantbox({
    client,
    adminToken,
    ca,
    defaultName: first?.name ?? '',
    defaultProvider: first?.provider ?? 'standard',
    placeOf(name, at) {
      const info = known.get(name)
      return info === undefined ? { name, url: at, issuer: at, port: null } : placeIn(info, at)
    },
    close: async () => {},
  })
}
