import { page } from './page.ts'

/** Asks before something is deleted. */
export const confirmPage = page<{
  heading: string
  lines: readonly string[]
  action: string
  fields: Readonly<Record<string, string>>
  button: string
  back: string
}>('confirm')
