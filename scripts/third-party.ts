import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The folders of the packages that a bundle took something from, of paths as the bundler names its inputs. */
function packagesOf(inputs: readonly string[]): string[] {
  const found = inputs.flatMap((input) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? [])
  return [...new Set(found)].sort()
}

/** What the licences of bundled packages ask for: each package's name, version and licence text. */
export function thirdPartyLicences(root: string, inputs: readonly string[]): string {
  return packagesOf(inputs)
    .map((folder) => {
      const path = join(root, folder)
      const { name, version, license } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'))
      const file = readdirSync(path).find((one) => /^(licen[cs]e|copying)(\.\w+)?$/i.test(one))
      const text = file !== undefined && existsSync(join(path, file)) ? readFileSync(join(path, file), 'utf8').trim() : ''
      return `${name} ${version} (${license})\n\n${text}\n`
    })
    .join(`\n${'-'.repeat(80)}\n\n`)
}
