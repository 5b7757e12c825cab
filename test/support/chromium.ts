import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'

/** A browser on this machine and the variables it needs. */
export interface Chromium {
  executablePath: string
  env: Record<string, string>
}

const root = join(import.meta.dirname, '../..')

/**
 * The browser that the tests drive: the one that `GRANTBOX_TEST_BROWSER` names, else an installed Chrome or Chromium, else the one
 * that comes with the npm package, which brings libraries and a font of its own and so runs on a bare Linux machine.
 */
export async function findChromium(): Promise<Chromium> {
  const installed = installedChromium()
  if (installed !== undefined) return { executablePath: installed, env: {} }
  if (process.platform === 'linux' && process.arch === 'x64') return bundled()
  throw new Error('There is no Chrome or Chromium on this machine. Install one, or name its executable in GRANTBOX_TEST_BROWSER.')
}

/** A whole browser, where somebody named or installed one: the npm package's is a shell that knows no proxy auto-configuration. */
export function installedChromium(): string | undefined {
  const named = process.env.GRANTBOX_TEST_BROWSER
  if (named && !existsSync(named)) throw new Error(`GRANTBOX_TEST_BROWSER names ${named}, which is not there`)
  return named || candidates().find((path) => existsSync(path))
}

function candidates(): string[] {
  if (process.platform === 'darwin') {
    return ['Google Chrome', 'Chromium'].map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`)
  }
  if (process.platform === 'win32') {
    const { ProgramFiles = '', LOCALAPPDATA = '', 'ProgramFiles(x86)': programFiles86 = '' } = process.env
    return [ProgramFiles, programFiles86, LOCALAPPDATA].map((folder) => join(folder, 'Google/Chrome/Application/chrome.exe'))
  }
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean)
  return ['google-chrome-stable', 'google-chrome', 'chromium'].flatMap((name) => folders.map((folder) => join(folder, name)))
}

/**
 * The npm package's browser, unpacked once per version beside the package. The package itself would unpack to fixed names in the
 * temporary folder, where another version's file is taken for its own, and a half-written one for a whole one.
 */
async function bundled(): Promise<Chromium> {
  const manifest = createRequire(import.meta.url)('../../node_modules/@sparticuz/chromium/package.json') as { version: string }
  const folder = join(root, 'node_modules/.cache/chromium', manifest.version)
  if (!existsSync(folder)) await unpack(folder)
  return {
    executablePath: join(folder, 'chromium'),
    env: { FONTCONFIG_PATH: join(folder, 'fonts'), LD_LIBRARY_PATH: join(folder, 'al2023/lib') },
  }
}

/** Two workers may do this at once: each unpacks into a folder of its own, and whoever is first gives it the name. */
async function unpack(folder: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true })
  const partial = await mkdtemp(`${folder}-`)
  // The package unpacks into the temporary folder of its process.
  const source = `import { inflate } from '@sparticuz/chromium'
    const archives = ['chromium.br', 'fonts.tar.br', 'swiftshader.tar.br', 'al2023.tar.br']
    const bin = new URL('../bin/', import.meta.resolve('@sparticuz/chromium'))
    await Promise.all(archives.map((name) => inflate(new URL(name, bin).pathname)))`
  await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', source], {
    cwd: root,
    env: { ...process.env, TMPDIR: partial },
  })
  await writeFile(join(partial, 'fonts/fonts.conf'), fontsConfiguration(join(folder, 'fonts')))
  try {
    await rename(partial, folder)
  } catch (error) {
    if (!existsSync(folder)) throw error
    await rm(partial, { recursive: true })
  }
}

/** The package's own font first, so that pages look the same on every machine; what it lacks comes from the system's. */
function fontsConfiguration(folder: string): string {
  const fonts = { 'system-ui': 'Open Sans', 'sans-serif': 'Open Sans', Arial: 'Open Sans', monospace: 'DejaVu Sans Mono' }
  const aliases = Object.entries(fonts).map(
    ([family, font]) => `<alias binding="strong"><family>${family}</family><prefer><family>${font}</family></prefer></alias>`,
  )
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
<dir>${folder}/fonts</dir>
<dir>/usr/share/fonts</dir>
<cachedir>${folder}/cache</cachedir>
${aliases.join('\n')}
</fontconfig>
`
}
