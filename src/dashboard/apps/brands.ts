import { Problem } from '../../control/problem.ts'
import { avatar } from '../../http/pages/views.ts'
import type { Brand, Brands } from '../../providers/brands.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { type Choice, nameProblem, type Refused } from '../forms/form.ts'
import { noticesOf } from '../frame/notices.ts'
import { page } from '../frame/page.ts'
import { brandsOf, hasBrands } from '../frame/vendor.ts'
import { part, type Visit } from '../frame/visit.ts'
import { type AppLink, appLink } from './app-card.ts'

const brandsPage = page<{
  /** The company's own comes first and has no form. */
  brands: readonly {
    name: string
    avatar: ReturnType<typeof avatar>
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
    servedBrands(visit).save(name)
    return visit.go('/brands', notices['brand-saved'])
  })
  post('/brands/:brand', (visit) => {
    const brand = brandOf(visit)
    const name = visit.form.text('name')
    const error = name === brand.name ? undefined : brandProblem(visit, name)
    if (error !== undefined) throw new Problem(400, error)
    servedBrands(visit).save(name, brand.id)
    return visit.go('/brands', notices['brand-saved'])
  })
  post('/brands/:brand/delete', (visit) => {
    servedBrands(visit).delete(brandOf(visit))
    return visit.go('/brands', notices['brand-deleted'])
  })
})

function servedBrands({ sandbox }: Visit): Brands {
  const brands = brandsOf(sandbox)
  if (brands === undefined) throw new Problem(404, `${sandbox.provider.name} has no brands`)
  return brands
}

function showBrands(visit: Visit, refused?: Refused) {
  const { sandbox, base } = visit
  const brands = servedBrands(visit)
  const apps = sandbox.directory.listApps().map((app) => ({ brand: brands.of(app)?.id, link: appLink(app, sandbox, base) }))
  const shown = (name: string, id?: string) => ({
    name,
    avatar: avatar(name),
    apps: apps.filter(({ brand }) => brand === id).map(({ link }) => link),
    ...(id === undefined ? {} : { action: `${base}/brands/${id}` }),
  })
  const model = { title: 'Brands', brands: [shown(sandbox.company), ...brands.list().map(({ name, id }) => shown(name, id))], refused }
  return visit.show(brandsPage, model, refused === undefined ? 200 : 400)
}

function brandProblem(visit: Visit, name: string): string | undefined {
  const taken = [{ name: visit.sandbox.company }, ...servedBrands(visit).list()].some((brand) => brand.name === name)
  return nameProblem(name) ?? (taken ? `There is a brand named ${name} already.` : undefined)
}

function brandOf(visit: Visit): Brand {
  const all = servedBrands(visit).list()
  const found = all.find(({ id }) => id === visit.params.brand)
  if (found === undefined) throw new Problem(404, 'There is no such brand')
  return found
}

/** The brands that an app may belong to; none where the vendor has no brands. */
export function brandChoices(sandbox: Sandbox, chosen: string): Choice[] {
  const brands = brandsOf(sandbox)
  if (brands === undefined) return []
  const made = brands.list().map(({ name }) => ({ value: name, label: name, chosen: name === chosen }))
  return [{ value: '', label: `${sandbox.company} (the company)`, chosen: !made.some((brand) => brand.chosen) }, ...made]
}
