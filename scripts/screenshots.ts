import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { launchBrowser } from '../test/support/browser.ts'
import { everyPage } from '../test/support/every-page.ts'
import { launch } from '../test/support/server.ts'

/** Pictures of every page, wide and narrow, light and dark: `npm run screenshots -- <folder> [part of a page's name]`. */

const [folder, only = ''] = process.argv.slice(2)
if (folder === undefined) {
  process.stderr.write("Say where the pictures go: npm run screenshots -- <folder> [part of a page's name]\n")
  process.exit(1)
}
await mkdir(folder, { recursive: true })

const viewports = [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
]
const browser = await launchBrowser()
try {
  for (const [name, visit] of Object.entries(everyPage)) {
    if (!name.includes(only)) continue
    for (const viewport of viewports) {
      // A world of its own for each picture: what one visit makes is not in the way of the next.
      const server = await launch()
      try {
        const page = await browser.newPage({ viewport })
        await visit(page, server)
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme })
          const path = join(folder, `${name}-${viewport.width}-${colorScheme}.png`)
          await page.screenshot({ path, fullPage: true, animations: 'disabled' })
        }
        await page.close()
      } finally {
        await server.close()
      }
    }
  }
  process.stdout.write(`The pictures are in ${resolve(folder)}\n`)
} finally {
  await browser.close()
}
