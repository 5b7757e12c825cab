import { checkSandboxChange, deleteSandbox, sandboxAtPort, sandboxChange } from '../../control/input/sandbox-draft.ts'
import { snapshotLimit } from '../../control/input/snapshot-document.ts'
import { check } from '../../control/input/validation.ts'
import type { FormState } from '../forms/form.ts'
import { refusedFields } from '../forms/refused.ts'
import { confirm } from '../frame/confirm.ts'
import { basePath } from '../frame/frame.ts'
import { noticesOf } from '../frame/notices.ts'
import { page } from '../frame/page.ts'
import { hasSpaces, spaceWord } from '../frame/vendor.ts'
import { part, seeOther, type Visit, withNotice } from '../frame/visit.ts'
import { dateAndTime } from '../frame/words.ts'
import { contentsOf } from './contents.ts'
import { homeNotices } from './home.ts'
import { addressFields, type PlaceFields, placeIn } from './place-fields.ts'
import { restoreAsNew, restoreHere, snapshotFile } from './snapshots.ts'

const managePage = page<{
  sandbox: string
  facts: readonly { name: string; value: string }[]
  places: PlaceFields
  /** What is wrong with the name of a copy. */
  copy: { value: string; error?: string | undefined }
  restore: { where: string; name: string; errors: FormState['errors'] }
  /** Absent for the default sandbox, which stays. */
  deleteHref: string | undefined
}>('manage')

/** Also of what is done outside of the sandbox, whose page shows it. */
export const manageNotices = noticesOf({
  'sandbox-created': 'The sandbox was made.',
  'sandbox-copied': 'This is the copy.',
  'sandbox-restored': 'The sandbox is as it was when the snapshot was taken.',
  'sandbox-moved': 'Its hosts and its port were saved.',
  'sandbox-reset': 'The sandbox is as it was when it was made.',
})

/** A sandbox as a whole: where it is, copies of it, snapshots, reset, the end. */
export const managePages = part({ notices: manageNotices }, ({ get, post, deps }) => {
  const { sandboxes } = deps
  get('/manage', (visit) => show(visit))

  post('/manage', async (visit) => {
    const own = whole(visit)
    try {
      const change = check(sandboxChange, placeIn(visit.form))
      await sandboxAtPort(change.port, () => sandboxes.update(own, checkSandboxChange(change, own)), deps)
    } catch (error) {
      return show(visit, { places: { values: visit.form.texts(), errors: refusedFields(error) } })
    }
    return visit.go('/manage', manageNotices['sandbox-moved'])
  })

  post('/manage/copy', async (visit) => {
    const name = visit.form.text('name')
    try {
      const copy = await restoreAsNew(sandboxes.snapshot(whole(visit)), name, deps)
      return seeOther(visit.reply, withNotice(`${basePath(copy.name, visit.root)}/manage`, manageNotices['sandbox-copied']))
    } catch (error) {
      const { name: wrong, snapshot } = refusedFields(error)
      return show(visit, { copy: { value: name, error: wrong ?? snapshot } })
    }
  })

  get('/manage/snapshot', (visit) => snapshotFile(whole(visit), visit.reply, deps))

  post(
    '/manage/restore',
    async (visit) => {
      const { form, root, reply } = visit
      const [where, name] = [form.text('where'), form.text('name')]
      try {
        const restored =
          where === 'here' ? restoreHere(form.raw('snapshot'), whole(visit), deps) : await restoreAsNew(form.raw('snapshot'), name, deps)
        return seeOther(reply, withNotice(`${basePath(restored.name, root)}/manage`, manageNotices['sandbox-restored']))
      } catch (error) {
        return show(visit, { restore: { where, name, errors: refusedFields(error) } })
      }
    },
    snapshotLimit,
  )

  get('/manage/reset', (visit) =>
    confirm(visit, {
      heading: `Reset ${visit.sandbox.name}?`,
      lines: [
        'Its apps, users, grants, settings and clock become what they were when it was made.',
        'Its requests and faults are forgotten.',
      ],
      path: '/manage/reset',
      button: 'Reset this sandbox',
      back: '/manage',
    }),
  )
  post('/manage/reset', (visit) => {
    sandboxes.reset(whole(visit))
    return visit.go('/manage', manageNotices['sandbox-reset'])
  })

  get('/manage/delete', (visit) =>
    confirm(visit, {
      heading: `Delete ${visit.sandbox.name}?`,
      lines: [
        `What is in it goes with it: ${contentsOf(whole(visit), deps).join(', ')}.`,
        'Nobody answers at its addresses any more. A snapshot that was saved before brings it back.',
      ],
      path: '/manage/delete',
      button: 'Delete this sandbox',
      back: '/manage',
    }),
  )
  post('/manage/delete', async (visit) => {
    await deleteSandbox(whole(visit), deps)
    return seeOther(visit.reply, withNotice(`${visit.root}/dashboard`, homeNotices['sandbox-deleted']))
  })

  interface Shown {
    places?: FormState
    copy?: { value: string; error?: string | undefined }
    restore?: { where: string; name: string; errors: FormState['errors'] }
  }

  function show(visit: Visit, refused: Shown = {}) {
    const own = whole(visit)
    const { name, provider, port, hosts, created_at } = own
    const isDefault = name === sandboxes.defaultName
    const model = {
      title: 'The sandbox as a whole',
      sandbox: name,
      facts: [
        { name: 'Speaks as', value: provider.name },
        { name: 'Made', value: dateAndTime(created_at) },
        { name: 'Has', value: contentsOf(own, deps).join(', ') },
        ...(hasSpaces(provider)
          ? [
              {
                name: `Its ${spaceWord(provider)}s`,
                value: own.spaces
                  .list()
                  .map(({ space }) => space)
                  .join(', '),
              },
            ]
          : []),
      ],
      places: addressFields({ hosts: hosts.join('\n'), port: port === null ? '' : String(port) }, refused.places),
      copy: refused.copy ?? { value: `${name}-copy` },
      restore: refused.restore ?? { where: 'new', name: '', errors: {} },
      deleteHref: isDefault ? undefined : `${visit.base}/manage/delete`,
    }
    return visit.show(managePage, model, Object.keys(refused).length > 0 ? 400 : 200)
  }
})

/** The sandbox, whichever of its spaces the address names. */
function whole({ sandbox }: Visit) {
  return sandbox.spaces.own
}
