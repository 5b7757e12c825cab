import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** The executable of a Chrome or Chromium that is installed here, in the usual places; undefined where there is none. */
export function installedBrowser(env: Readonly<Record<string, string | undefined>>, platform = process.platform): string | undefined {
  return candidates(env, platform).find((path) => existsSync(path))
}

function candidates(env: Readonly<Record<string, string | undefined>>, platform: NodeJS.Platform): string[] {
  if (platform === 'darwin') {
    return ['Google Chrome', 'Chromium', 'Microsoft Edge'].map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`)
  }
  if (platform === 'win32') {
    const folders = ['ProgramFiles', 'ProgramFiles(x86)', 'LOCALAPPDATA'].flatMap((name) => env[name] ?? [])
    const programs = ['Google/Chrome/Application/chrome.exe', 'Microsoft/Edge/Application/msedge.exe']
    return programs.flatMap((program) => folders.map((folder) => join(folder, program)))
  }
  const folders = (env.PATH ?? '').split(delimiter).filter(Boolean)
  const programs = ['google-chrome-stable', 'google-chrome', 'chromium', 'chromium-browser', 'microsoft-edge']
  return programs.flatMap((name) => folders.map((folder) => join(folder, name)))
}
