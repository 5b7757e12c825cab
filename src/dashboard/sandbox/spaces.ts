import { addressesOf } from '../../control/addresses.ts'
import { spaceNamed } from '../../control/input/lookup.ts'
import { Problem } from '../../control/problem.ts'
import { TakenError } from '../../oauth/model/directory.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { spaceName } from '../../sandbox/space-name.ts'
import { isBeside } from '../../sandbox/spaces.ts'
import type { Refused } from '../forms/form.ts'
import { confirm } from '../frame/confirm.ts'
import { basePath, basePathOf } from '../frame/frame.ts'
import { noticesOf } from '../frame/notices.ts'
import { page } from '../frame/page.ts'
import { capital, hasSpaces, spaceWord } from '../frame/vendor.ts'
import { part, type Visit } from '../frame/visit.ts'

const spacesPage = page<{
  word: string
  heading: string
  spaces: readonly {
    name: string
    issuer: string
    apps: number
    users: number
    href: string
    deleteHref: string
    isOwn: boolean
    isCurrent: boolean
  }[]
  action: string
  refused?: Refused | undefined
}>('spaces')

const notices = noticesOf({
  'space-created': 'It was created. It is empty: it needs an app and users.',
  'space-deleted': 'It was deleted with all that belonged to it.',
})

const icon = '<path d="M12 3.500 4 8l8 4.500L20 8z"/><path d="m4 12 8 4.500 8-4.500"/><path d="m4 16 8 4.500 8-4.500"/>'

/** The spaces of a sandbox that are worlds of their own, under the vendor's word: realms, pools, tenants. */
export const spacePages = part(
  { icon, notices, isServed: hasSpaces, labelFor: (provider) => `${capital(spaceWord(provider))}s` },
  ({ get, post, deps }) => {
    get('/spaces', (visit) => showSpaces(visit))

    post('/spaces', (visit) => {
      const name = visit.form.text('id')
      const { success, error } = spaceName.safeParse(name)
      if (!success) return showSpaces(visit, { value: name, error: `Expected: ${error.issues[0]?.message}.` })
      try {
        spacesOf(visit).create(name)
      } catch (error) {
        if (!(error instanceof TakenError)) throw error
        return showSpaces(visit, { value: name, error: `There is one of that name already.` })
      }
      return visit.go('/spaces', notices['space-created'])
    })

    get('/spaces/:space/delete', (visit) => {
      const { space, directory } = spaceNamed(visit.params.space ?? '', visit.sandbox)
      const users = directory.countUsers()
      return confirm(visit, {
        heading: `Delete the ${spaceWord(visit.sandbox.provider)} ${space}?`,
        lines: [
          `Its apps and ${users === 1 ? 'its user' : `its ${users.toLocaleString('en-US')} users`} go with it.`,
          'Tokens that were given there are refused from then on.',
        ],
        path: `/spaces/${encodeURIComponent(space)}/delete`,
        button: 'Delete',
        back: '/spaces',
      })
    })
    post('/spaces/:space/delete', (visit) => {
      const { sandbox, params } = visit
      sandbox.spaces.delete(spaceNamed(params.space ?? '', sandbox).space)
      return visit.go('/spaces', notices['space-deleted'])
    })

    function showSpaces(visit: Visit, refused?: Refused) {
      const { sandbox, base, root, request } = visit
      const { provider, name: sandboxName } = sandbox
      const word = spaceWord(provider)
      // From here it is left whichever space the visit is about: that one may be deleted.
      const own = basePath(sandboxName, root)
      const view = (space: Sandbox) => ({
        name: space.space,
        issuer: addressesOf(space, request.raw, deps).issuer,
        apps: space.directory.listApps().length,
        users: space.directory.countUsers(),
        href: `${basePathOf(space, root)}/apps`,
        deleteHref: `${own}/spaces/${encodeURIComponent(space.space)}/delete`,
        isOwn: !isBeside(space),
        isCurrent: space.space === sandbox.space,
      })
      const heading = `${capital(word)}s`
      const model = { title: heading, word, heading, spaces: spacesOf(visit).list().map(view), action: `${base}/spaces`, refused }
      return visit.show(spacesPage, model, refused === undefined ? 200 : 400)
    }
  },
)

/** @throws Problem where the vendor has none */
function spacesOf({ sandbox: { provider, spaces } }: Visit) {
  if (hasSpaces(provider)) return spaces
  throw new Problem(404, `${provider.name} has no spaces with users and clients of their own`)
}
