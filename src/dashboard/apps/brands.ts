import { Problem } from '../../control/problem.ts'
import { type Avatar, avatar } from '../../http/pages/views.ts'
import type { Brand } from '../../sandbox/brands.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { type Choice, nameProblem, type Refused } from '../forms/form.ts'
import { noticesOf } from '../frame/notices.ts'
import { page } from '../frame/page.ts'
import { hasBrands } from '../frame/vendor.ts'
import { part, type Visit } from '../frame/visit.ts'
import { type AppLink, appLink } from './app-card.ts'

const brandsPage = page<{
  /** The company's own comes first and has no form. */
  brands: readonly {
    name: string
    avatar: Avatar
    apps: readonly AppLink[]
    action?: string
  }[]
  refused?: Refused | undefined
}>('brands')

const notices = noticesOf({
  'brand-saved': 'The brand was saved.',
  'brand-deleted': 'The brand was deleted. Its apps belong to the company now.',
})

const icon = '<path d="M4 4h7l9 9-7 7-9-9z"/><circle cx="8.5" cy="8.5" r="1.4"/>'

/** The brands: the company's own, which all apps belong to until one is named, and those that were made. */
export const brandPages = part({ icon, isServed: hasBrands, notices }, ({ get, post }) => {
  get('/brands', (visit) => showBrands(visit))
  post('/brands', (visit) => {
    const name = visit.form.text('name')
    const error = brandProblem(visit, name)
    if (error !== undefined) return showBrands(visit, { value: name, error })
    visit.sandbox.brands.create(name)
    return visit.go('/brands', notices['brand-saved'])
  })
  post('/brands/:brand', (visit) => {
    const brand = brandOf(visit)
    const name = visit.form.text('name')
    const error = name === brand.name ? undefined : brandProblem(visit, name)
    if (error !== undefined) throw new Problem(400, error)
    visit.sandbox.brands.rename(brand, name)
    return visit.go('/brands', notices['brand-saved'])
  })
  post('/brands/:brand/delete', (visit) => {
    visit.sandbox.brands.delete(brandOf(visit))
    return visit.go('/brands', notices['brand-deleted'])
  })
})

function showBrands(visit: Visit, refused?: Refused) {
  const { sandbox, base } = visit
  if (!hasBrands(sandbox.provider)) throw new Problem(404, `${sandbox.provider.name} has no brands`)
  const owners = sandbox.brands.byApp()
  const apps = sandbox.directory.listApps()
  const appsOf = (row: number | undefined) =>
    apps.filter((app) => owners.get(app.row)?.row === row).map((app) => appLink(app, sandbox, base))
  const own = { name: sandbox.company, avatar: avatar(sandbox.company), apps: appsOf(undefined) }
  const made = sandbox.brands.list().map((brand) => ({
    name: brand.name,
    avatar: avatar(brand.name),
    apps: appsOf(brand.row),
    action: `${base}/brands/${brand.row}`,
  }))
  return visit.show(brandsPage, { title: 'Brands', brands: [own, ...made], refused }, refused === undefined ? 200 : 400)
}

function brandProblem({ sandbox }: Visit, name: string): string | undefined {
  const taken = name === sandbox.company || sandbox.brands.list().some((brand) => brand.name === name)
  return nameProblem(name) ?? (taken ? `There is a brand named ${name} already.` : undefined)
}

function brandOf({ params, sandbox }: Visit): Brand {
  const found = sandbox.brands.list().find((brand) => String(brand.row) === params.brand)
  if (found === undefined) throw new Problem(404, 'There is no such brand')
  return found
}

/** The brands that an app may belong to; none where the vendor has no brands. */
export function brandChoices(sandbox: Sandbox, chosen: string): Choice[] {
  if (!hasBrands(sandbox.provider)) return []
  const made = sandbox.brands.list().map(({ name }) => ({ value: name, label: name, chosen: name === chosen }))
  return [{ value: '', label: `${sandbox.company} (the company)`, chosen: !made.some((brand) => brand.chosen) }, ...made]
}

/** The brand of that name; undefined for the company itself. */
export function brandNamed(name: string, { brands }: Sandbox): Brand | undefined {
  return brands.list().find((brand) => brand.name === name)
}
