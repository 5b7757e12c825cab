import type { Sandbox } from '../../sandbox/sandbox.ts'
import { dashboardPath } from '../access/cookies.ts'
import { developerOf, hasApprovals, hasBrands } from './vendor.ts'
import type { Frame, MenuEntry } from './views.ts'

/** Path of a sandbox's dashboard, without a slash at the end. */
export function basePath({ name }: Pick<Sandbox, 'name'>): string {
  return `${dashboardPath}/${name}`
}

/** What stands around the pages of a sandbox. */
export function frameOf(sandbox: Sandbox, section: string | undefined, notice?: string): Frame {
  const { provider, company, name } = sandbox
  const base = basePath(sandbox)
  return {
    logo: provider.texts.logo,
    accent: provider.texts.accent ?? 'blue',
    company,
    sandbox: name,
    base,
    menu: menuOf(sandbox, base, section),
    developer: developerOf(sandbox),
    notice,
  }
}

/** The vendor's entries in the vendor's order, then ours. */
function menuOf({ provider }: Sandbox, base: string, section: string | undefined): MenuEntry[] {
  const labels = [
    ...(hasBrands(provider) ? ['Brands'] : []),
    'Apps',
    'Sandbox',
    'Analytics',
    'Requests',
    'Flows',
    ...(hasApprovals(provider) ? ['Approvals'] : []),
    'Settings',
  ]
  return labels.map((label) => {
    const name = label.toLowerCase()
    return { label, href: `${base}/${name}`, icon: name, current: label === section }
  })
}
