import { randomLowerCase } from '../../basics/random.ts'
import type { Documents } from '../../oauth/model/documents.ts'
import type { Brand, Brands } from '../brands.ts'

/** Brands as documents; which one an app belongs to is a document of the app, and says nothing when the brand is gone. */
export function iokidsBrands(documents: Documents): Brands {
  const brands = documents.kind<Brand>('brand')
  const chosen = documents.kind<{ brand: string }>('app_brand')
  return {
    list: () =>
      brands
        .list({ list: 'all', limit: Number.MAX_SAFE_INTEGER })
        .map(({ body }) => body)
        .sort((a, b) => a.name.localeCompare(b.name, 'en')),
    save: (name, id = randomLowerCase(12)) => brands.put(id, { id, name }, { list: 'all' }),
    delete: (brand) => brands.delete(brand.id),
    of: (app) => brands.get(chosen.get('', { app })?.brand ?? ''),
    assign: (app, brand) => (brand === undefined ? chosen.delete('', { app }) : chosen.put('', { brand: brand.id }, { app })),
  }
}
