import { ConfigError } from '../../config/error.ts'
import { missing } from '../../control/input/lookup.ts'
import { declareProvider, undeclareProvider } from '../../control/input/provider-draft.ts'
import { toProblem } from '../../control/problem.ts'
import { confirm } from '../frame/confirm.ts'
import { noticesOf } from '../frame/notices.ts'
import type { OutsidePart } from '../frame/outside.ts'
import { page } from '../frame/page.ts'
import type { PageVisit } from '../frame/visit.ts'
import { declarationOf, textOfDeclaration } from './declaration-text.ts'

/** What is wrong with a declaration, and where. */
interface Wrong {
  place: string
  says: string
}

const formPage = page<{
  heading: string
  action: string
  /** Absent for one that is there, whose name stays. */
  wanted?: string | undefined
  text: string
  wrong: readonly Wrong[]
  lines: number
  /** What one that is there has. */
  there?:
    | { isConfigured: boolean; kept: string; deleteHref: string | undefined; sandboxes: readonly { name: string; href: string }[] }
    | undefined
}>('own-provider')

const notices = noticesOf({
  'provider-declared': 'The provider is there, and has a sandbox of its name.',
  'provider-saved': 'The provider was saved. Requests are answered by it from now on; apps and users that are there stay until a reset.',
  'provider-deleted': 'The provider was taken away.',
})

/** How one begins that nothing is said of. */
const begun = `title: Acme
extends: standard
paths:
  authorize: /oauth2/authorize
  token: /oauth2/token
scopes: [openid, profile, email]
`

/** One's own providers: declared, shown as they were declared, changed and taken away. */
export const ownProviderPages: OutsidePart = {
  notices,
  routes({ get, post, deps }) {
    const { sandboxes, declarations } = deps
    get('/-/new-provider', (visit) => show(visit, { wanted: '', text: begun }))

    post('/-/new-provider', (visit) => save(visit, visit.form.text('name'), notices['provider-declared']))

    get('/-/providers/:name', (visit) => {
      const name = visit.params.name ?? ''
      return show(visit, { text: textOfDeclaration(written(name)) })
    })

    post('/-/providers/:name', (visit) => {
      written(visit.params.name ?? '')
      return save(visit, visit.params.name ?? '', notices['provider-saved'])
    })

    get('/-/providers/:name/delete', (visit) => {
      const name = visit.params.name ?? ''
      written(name)
      const using = sandboxes.speakingAs(name).map((one) => one.name)
      return confirm(visit, {
        heading: declarations.isConfigured(name) ? `Go back to ${name} of the config file?` : `Delete the provider ${name}?`,
        lines: declarations.isConfigured(name)
          ? ['What was saved here of it is forgotten; its sandboxes stay.']
          : [`Its sandboxes go with it, and all that is in them: ${using.join(', ') || 'it has none'}.`],
        path: `/-/providers/${name}/delete`,
        button: declarations.isConfigured(name) ? 'Go back' : 'Delete',
        back: `/-/providers/${name}`,
      })
    })
    post('/-/providers/:name/delete', async (visit) => {
      await undeclareProvider(visit.params.name ?? '', deps)
      return visit.go('/-/providers', notices['provider-deleted'])
    })

    async function save(visit: PageVisit, name: string, notice: (typeof notices)[keyof typeof notices]) {
      const text = visit.form.raw('declaration') ?? ''
      try {
        await declareProvider(name, await declarationOf(text, name), deps)
      } catch (error) {
        const wanted = visit.params.name === undefined ? name : undefined
        return show(visit, { wanted, text, wrong: wrongIn(error) })
      }
      return visit.go(`/-/providers/${name}`, notice)
    }

    /** @throws Problem 404 */
    function written(name: string): unknown {
      const { written = {} } = sandboxes.declared
      if (Object.hasOwn(written, name)) return written[name]
      throw missing('declared provider', name, Object.keys(written))
    }

    function show(visit: PageVisit, { wanted, text, wrong = [] }: { wanted?: string | undefined; text: string; wrong?: readonly Wrong[] }) {
      const name = visit.params.name ?? ''
      const model = {
        title: wanted === undefined ? `Provider ${name}` : 'New provider',
        heading: wanted === undefined ? name : 'New provider',
        action: `${visit.base}/-/${wanted === undefined ? `providers/${name}` : 'new-provider'}`,
        wanted,
        text,
        wrong,
        lines: Math.min(40, Math.max(12, text.split('\n').length + 1)),
        there:
          wanted === undefined
            ? {
                isConfigured: declarations.isConfigured(name),
                kept: textOfDeclaration({ providers: { [name]: written(name) } }),
                deleteHref: declarations.isAdded(name) ? `${visit.base}/-/providers/${name}/delete` : undefined,
                sandboxes: sandboxes.speakingAs(name).map((one) => ({ name: one.name, href: `${visit.base}/${one.name}/apps` })),
              }
            : undefined,
      }
      return visit.show(formPage, model, wrong.length > 0 ? 400 : 200)
    }
  },
}

/** What an error says of the declaration. @throws what says nothing of it */
function wrongIn(error: unknown): Wrong[] {
  if (error instanceof ConfigError) return error.problems.map(({ message }) => ({ place: '', says: sentence(message) }))
  const { errors } = toProblem(error)
  if (errors.length === 0) throw error
  return errors.map(({ field, expected }) => ({ place: field, says: sentence(expected) }))
}

function sentence(text: string): string {
  return /[.?!]$/.test(text) ? text : `${text}.`
}
