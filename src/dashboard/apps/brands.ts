import { Problem } from '../../control/problem.ts'
import { avatar } from '../../http/pages/views.ts'
import type { Brand } from '../../sandbox/brands.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { nameProblem } from '../forms/form-check.ts'
import type { Choice } from '../frame/choice.ts'
import { hasBrands } from '../frame/vendor.ts'
import type { Part, Visit } from '../frame/visit.ts'
import { appPath, iconOf } from './app-card.ts'

const section = 'Brands'

/** The brands: the company's own, which all apps belong to until one is named, and those that were made. */
export const brandPages: Part = ({ get, post }) => {
  get('/brands', async (visit) => brandsPage(visit))
  post('/brands', async (visit) => {
    const name = visit.form.text('name')
    const error = await brandProblem(visit, name)
    if (error !== undefined) return brandsPage(visit, { value: name, error })
    await visit.sandbox.brands.create(name)
    return visit.go('/brands', 'brand-saved')
  })
  post('/brands/:brand', async (visit) => {
    const brand = await brandOf(visit)
    const name = visit.form.text('name')
    const error = name === brand.name ? undefined : await brandProblem(visit, name)
    if (error !== undefined) throw new Problem(400, error)
    await visit.sandbox.brands.rename(brand, name)
    return visit.go('/brands', 'brand-saved')
  })
  post('/brands/:brand/delete', async (visit) => {
    await visit.sandbox.brands.delete(await brandOf(visit))
    return visit.go('/brands', 'brand-deleted')
  })
}

async function brandsPage(visit: Visit, refused?: { value: string; error: string }) {
  const { sandbox, base } = visit
  if (!hasBrands(sandbox.provider)) throw new Problem(404, `${sandbox.provider.name} has no brands`)
  const owners = await sandbox.brands.byApp()
  const apps = await sandbox.directory.listApps()
  const appsOf = (row: number | undefined) =>
    apps
      .filter((app) => owners.get(app.row)?.row === row)
      .map((app) => ({ name: app.name, href: `${base}${appPath(app)}`, icon: iconOf(sandbox, app), avatar: avatar(app.name) }))
  const own = { name: sandbox.company, avatar: avatar(sandbox.company), apps: appsOf(undefined) }
  const made = (await sandbox.brands.list()).map((brand) => ({
    name: brand.name,
    avatar: avatar(brand.name),
    apps: appsOf(brand.row),
    action: `${base}/brands/${brand.row}`,
  }))
  return visit.page('brands', { title: 'Brands', section, brands: [own, ...made], refused }, refused === undefined ? 200 : 400)
}

async function brandProblem({ sandbox }: Visit, name: string): Promise<string | undefined> {
  const taken = name === sandbox.company || (await sandbox.brands.list()).some((brand) => brand.name === name)
  return nameProblem(name) ?? (taken ? `There is a brand named ${name} already.` : undefined)
}

async function brandOf({ params, sandbox }: Visit): Promise<Brand> {
  const found = (await sandbox.brands.list()).find((brand) => String(brand.row) === params.brand)
  if (found === undefined) throw new Problem(404, 'There is no such brand')
  return found
}

/** The brands that an app may belong to; none where the vendor has no brands. */
export async function brandChoices(sandbox: Sandbox, chosen: string): Promise<Choice[]> {
  if (!hasBrands(sandbox.provider)) return []
  const made = (await sandbox.brands.list()).map(({ name }) => ({ value: name, label: name, chosen: name === chosen }))
  return [{ value: '', label: `${sandbox.company} (the company)`, chosen: !made.some((one) => one.chosen) }, ...made]
}

/** The brand of that name; undefined for the company itself. */
export async function brandNamed(name: string, { brands }: Sandbox): Promise<Brand | undefined> {
  return (await brands.list()).find((brand) => brand.name === name)
}
