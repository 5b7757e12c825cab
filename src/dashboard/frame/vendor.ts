import { typesOf } from '../../control/views/user.ts'
import type { Brands } from '../../providers/brands.ts'
import type { Provider } from '../../providers/provider.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'

/** What a vendor's dashboard has and another's has not, and how it says it. */

/** Whether a vendor's apps belong to brands and are found in mobile stores. */
export function hasBrands(provider: Provider): boolean {
  return provider.brands !== undefined
}

/** A sandbox's brands, where the vendor has any. */
export function brandsOf({ provider, documents }: Sandbox): Brands | undefined {
  return provider.brands?.(documents)
}

/** Whether the vendor's users are families. */
export function hasKids(provider: Provider): boolean {
  return typesOf(provider).includes('kid')
}

/** The developer who is signed in at the vendor's dashboard: `developer@findfluffy.local`. */
export function developerOf({ company }: Sandbox): string {
  const [name = ''] = company.toLowerCase().split(/,|\b(?:llc|inc|ltd|gmbh|corp)\b/)
  return `developer@${name.replaceAll(/[^a-z0-9]/g, '') || 'company'}.local`
}

/** Whether the vendor has spaces that are worlds of their own. */
export function hasSpaces({ own_spaces }: Provider): boolean {
  return own_spaces !== undefined
}

/** What the vendor calls one of them: `realm`. */
export function spaceWord({ own_spaces }: Provider): string {
  return own_spaces?.part.replaceAll('_', ' ') ?? 'space'
}

/** As it begins a line. */
export function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}

/** The vendor's yellow banner. */
export function bannerOf({ name }: Provider): string {
  return `This app is in the ${name} Sandbox environment. It can only interact with test data.`
}

/** Whether clients may ask users who are elsewhere (CIBA §7): then somebody has to answer for them. */
export function hasApprovals(provider: Provider): boolean {
  return provider.paths.ciba !== undefined
}
