import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { App } from '../../examples/app.ts'
import type { Grantbox, Sandbox } from '../../src/index.ts'

/** A block of a guide that can be run, under its heading. */
export interface Example {
  title: string
  code: string
  inBrowser: boolean
}

/** A page of docs/, with its examples and what they have in common. */
export interface Guide {
  text: string
  examples: Example[]
  setup: string
}

export async function readGuide(name: string): Promise<Guide> {
  const text = await readFile(join(import.meta.dirname, '../../docs', name), 'utf8')
  const examples = [...text.matchAll(/^```js run( browser)?\n(.*?)^```$/gms)].map((match) => {
    const heading = [...text.slice(0, match.index).matchAll(/^#+ (.*)$/gm)].at(-1)?.[1] ?? ''
    const section =
      [...text.slice(0, match.index).matchAll(/^##+ (?!#)(.*)$/gm)].filter(([line]) => !line.startsWith('####')).at(-1)?.[1] ?? ''
    return { title: section === heading ? heading : `${section}: ${heading}`, code: match[2] ?? '', inBrowser: match[1] !== undefined }
  })
  return { text, examples, setup: /^```js setup\n(.*?)^```$/ms.exec(text)?.[1] ?? '' }
}

export const AsyncFunction = (async () => {}).constructor as new (...args: string[]) => (...args: unknown[]) => Promise<void>

/** Runs a block after the guide's setup, in a sandbox of its own. */
export async function runExample({ code }: Example, { setup }: Guide, box: Grantbox, sandbox: Sandbox, page?: Page): Promise<void> {
  const execute = new AsyncFunction('assert', 'box', 'sandbox', 'App', 'page', `${setup}\n{\n${code}\n}`)
  await execute(assert, box, sandbox, App, page)
}
