import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Licences that ask for nothing but that their text goes along. */
const permitted = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT']

interface Manifest {
  name: string
  version: string
  license?: string
  author?: string | { name: string }
}

/** The folders of the packages that a bundle took something from, of paths as the bundler names its inputs. */
function packagesOf(inputs: readonly string[]): string[] {
  const found = inputs.flatMap((input) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? [])
  return [...new Set(found)].sort()
}

/** What a package says of its licence; of one that names MIT and brings no text, its author and that licence's words, which are ours. */
function textIn(folder: string, { license, author }: Manifest, root: string): string {
  const files = readdirSync(folder).filter((one) => /^(licen[cs]e|copying|notice)([.-]\w+)*$/i.test(one))
  if (files.length > 0) return files.map((file) => readFileSync(join(folder, file), 'utf8').trim()).join('\n\n')
  const who = typeof author === 'object' ? author.name : author
  if (license !== 'MIT' || who === undefined) throw new Error(`${folder} is bundled and brings no text of its licence`)
  const [, words = ''] = readFileSync(join(root, 'LICENSE'), 'utf8').split(/(?=^Permission is hereby granted)/m)
  return `By ${who}\n\n${words.trim()}`
}

/**
 * What the licences of bundled packages ask for: each package's name, version and licence text.
 *
 * @throws where a licence asks for more, or its text cannot be told.
 */
export function thirdPartyLicences(root: string, inputs: readonly string[]): string {
  return packagesOf(inputs)
    .map((path) => {
      const folder = join(root, path)
      const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
      const { name, version, license = 'no licence' } = manifest
      if (!permitted.includes(license))
        throw new Error(`${name} is bundled, and its licence is none of ${permitted.join(', ')}: ${license}`)
      return `${name} ${version} (${license})\n\n${textIn(folder, manifest, root)}\n`
    })
    .join(`\n${'-'.repeat(80)}\n\n`)
}
