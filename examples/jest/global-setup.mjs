import { startGrantbox } from 'grantbox'

/** One grantbox for all test files; each makes sandboxes of its own. */
export default async function start() {
  const box = await startGrantbox({ provider: 'standard' })
  globalThis.grantbox = box
  process.env.GRANTBOX_URL = box.url
}
