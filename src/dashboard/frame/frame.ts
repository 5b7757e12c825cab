import type { Provider } from '../../providers/provider.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { dashboardPath } from '../access/cookies.ts'
import { developerOf } from './vendor.ts'

/** What stands around a sandbox's pages. */
export type Frame = ReturnType<typeof frameOf>

/** What the menu is made of. */
export interface MenuSection {
  /** The vendor's word, which in lower case is the path; a section without one has no entry. */
  entry?: string
  /** The first one is what the entry leads to. */
  parts: readonly MenuItem[]
}

export interface MenuItem {
  /** What is drawn within an SVG of 24 by 24. */
  icon?: string
  /** Whether the vendor's dashboard has it; every one has what does not say. */
  isServed?(provider: Provider): boolean
}

/** Path of a sandbox's dashboard, without a slash at the end. @param root what stands before our paths */
export function basePath({ name }: Pick<Sandbox, 'name'>, root: string): string {
  return `${root}${dashboardPath}/${name}`
}

/**
 * What stands around the pages of a sandbox.
 * @param menu in its order
 * @param current the section that the page belongs to
 */
export function frameOf(sandbox: Sandbox, root: string, menu: readonly MenuSection[], current: MenuSection, notice: string | undefined) {
  const { provider, company, name } = sandbox
  const base = basePath(sandbox, root)
  return {
    logo: provider.texts.logo,
    accent: provider.texts.accent ?? 'blue',
    company,
    sandbox: name,
    base,
    menu: menu.flatMap((section) => {
      const { entry, parts } = section
      if (entry === undefined || parts[0]?.isServed?.(provider) === false) return []
      return { label: entry, href: `${base}/${entry.toLowerCase()}`, icon: parts[0]?.icon ?? '', current: section === current }
    }),
    developer: developerOf(sandbox),
    notice,
  }
}
