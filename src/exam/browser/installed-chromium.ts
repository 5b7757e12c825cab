import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

/** The variable that names a Chromium's program, as other tools read it too. */
export const chromiumVariable = 'CHROME_PATH'

/** An installed Chrome, Chromium or Edge; undefined when there is none. The variable says which, if it is set. */
export function installedChromium(env: Environment, platform = process.platform): string | undefined {
  const named = env[chromiumVariable]
  if (named) return existsSync(named) ? named : undefined
  return placesOf(env, platform).find((path) => existsSync(path))
}

function placesOf(env: Environment, platform: string): string[] {
  if (platform === 'darwin') {
    return ['Google Chrome', 'Chromium', 'Microsoft Edge'].map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`)
  }
  if (platform === 'win32') {
    const folders = [env.ProgramFiles, env['ProgramFiles(x86)'], env.LOCALAPPDATA].flatMap((folder) => folder ?? [])
    const programs = ['Google/Chrome/Application/chrome.exe', 'Chromium/Application/chrome.exe', 'Microsoft/Edge/Application/msedge.exe']
    return programs.flatMap((program) => folders.map((folder) => join(folder, program)))
  }
  const folders = (env.PATH ?? '').split(delimiter).filter(Boolean)
  const names = ['google-chrome-stable', 'google-chrome', 'chromium', 'chromium-browser', 'microsoft-edge']
  return names.flatMap((name) => folders.map((folder) => join(folder, name)))
}
