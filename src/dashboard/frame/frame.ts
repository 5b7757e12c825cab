import type { Provider } from '../../providers/provider.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { isBeside } from '../../sandbox/spaces.ts'
import { dashboardPath } from '../access/cookies.ts'
import { differencesOf } from './differs.ts'
import { developerOf, hasSpaces, spaceWord } from './vendor.ts'

/** What stands around a sandbox's pages. */
export type Frame = ReturnType<typeof frameOf>

/** What stands together in the menu. */
export interface MenuGroup<Entry extends MenuSection = MenuSection> {
  /** What is said above; the vendor's own entries speak for themselves. */
  heading?: string
  sections: readonly Entry[]
}

/** What a group of the menu is made of. */
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
  /** What the entry says where vendors differ. */
  labelFor?(provider: Provider): string
}

/**
 * Path of a sandbox's dashboard, without a slash at the end.
 * @param root what stands before our paths
 * @param space which of its spaces it is about: `/dashboard/box~partners`; its own when absent
 */
export function basePath(name: string, root: string, space?: string): string {
  return `${root}${dashboardPath}/${name}${space === undefined ? '' : `~${encodeURIComponent(space)}`}`
}

/** The same for what may be a space. */
export function basePathOf(sandbox: Sandbox, root: string): string {
  return basePath(sandbox.name, root, isBeside(sandbox) ? sandbox.space : undefined)
}

/**
 * What stands around the pages of a sandbox.
 * @param menu in its order
 * @param current the section that the page belongs to
 */
export function frameOf(sandbox: Sandbox, root: string, menu: readonly MenuGroup[], current: MenuSection, notice: string | undefined) {
  const { provider, company, name, space } = sandbox
  const base = basePathOf(sandbox, root)
  return {
    // One that is filled in for each sign-in is no name of the vendor.
    logo: provider.texts.logo.includes('{') ? provider.name : provider.texts.logo,
    accent: provider.texts.accent ?? 'blue',
    company,
    sandbox: name,
    /** Which of the vendor's spaces the page is about, and what these are called; absent where there are none. */
    space: hasSpaces(provider) ? { word: spaceWord(provider), name: space } : undefined,
    base,
    menu: menu.flatMap(({ heading, sections }) => {
      const entries = sections.flatMap((section) => entryOf(section, provider, base, section === current))
      return entries.length === 0 ? [] : [{ heading, entries }]
    }),
    differences: differencesOf(sandbox),
    developer: developerOf(sandbox),
    notice,
  }
}

/** What leads to a section; nothing where it has no entry or the vendor does not have it. */
function entryOf({ entry, parts: [first] }: MenuSection, provider: Provider, base: string, current: boolean) {
  if (entry === undefined || first?.isServed?.(provider) === false) return []
  return [{ label: first?.labelFor?.(provider) ?? entry, href: `${base}/${entry.toLowerCase()}`, icon: first?.icon ?? '', current }]
}
