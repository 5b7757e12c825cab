import { ConfigError } from '../../config/error.ts'
import { parseDocument } from '../../config/import/document.ts'
import { Problem } from '../../control/problem.ts'
import { importDocument, importLimit } from '../../control/resources/imports.ts'
import { basePath } from '../frame/frame.ts'
import type { OutsidePart } from '../frame/outside.ts'
import { page } from '../frame/page.ts'

const importPage = page<{
  wanted: string
  text: string
  wrong?: string | undefined
  /** What came of it. */
  made?:
    | {
        format: string
        sandboxes: readonly { name: string; href: string }[]
        providers: readonly { name: string; href: string }[]
        left: readonly string[]
      }
    | undefined
}>('import')

/** What other servers and tools say of themselves or of their clients and users, taken over. */
export const importPages: OutsidePart = {
  routes({ get, post, deps }) {
    get('/-/import', (visit) => visit.show(importPage, { title: 'Import', wanted: '', text: '' }))

    post(
      '/-/import',
      async (visit) => {
        const { form, root, base, request } = visit
        const [wanted, pasted] = [form.text('name'), form.raw('text') ?? '']
        const text = form.text('file') === '' ? pasted : (form.raw('file') ?? '')
        const title = 'Import'
        try {
          if (text.trim() === '') throw new Problem(400, 'Choose a file or paste its text')
          const document = await parseDocument(text, 'the document')
          const made = await importDocument(document, { name: wanted === '' ? undefined : wanted }, request.raw, deps)
          const sandboxes = made.sandboxes.map(({ name }) => ({ name, href: `${basePath(name, root)}/apps` }))
          const providers = made.providers.map((name) => ({ name, href: `${base}/-/providers/${name}` }))
          return visit.show(importPage, {
            title,
            wanted: '',
            text: '',
            made: { format: made.format, left: made.left, sandboxes, providers },
          })
        } catch (error) {
          if (!(error instanceof ConfigError) && !(error instanceof Problem)) throw error
          return visit.show(importPage, { title, wanted, text: pasted, wrong: `${error.message}.` }, 400)
        }
      },
      importLimit,
    )
  },
}
