import { snapshotLimit } from '../../control/input/snapshot-document.ts'
import type { Errors } from '../forms/form.ts'
import { refusedFields } from '../forms/refused.ts'
import { basePath } from '../frame/frame.ts'
import type { OutsidePart } from '../frame/outside.ts'
import { page } from '../frame/page.ts'
import { seeOther, withNotice } from '../frame/visit.ts'
import { manageNotices } from './manage.ts'
import { restoreAsNew } from './snapshots.ts'

const restorePage = page<{ wanted: string; errors: Errors }>('restore')

/** A sandbox of a snapshot that somebody has as a file, whatever became of the sandbox that it was taken of. */
export const restorePages: OutsidePart = {
  routes({ get, post, deps }) {
    get('/-/restore', (visit) => visit.show(restorePage, { title: 'Restore a snapshot', wanted: '', errors: {} }))

    post(
      '/-/restore',
      async (visit) => {
        const name = visit.form.text('name')
        try {
          const { name: made } = await restoreAsNew(visit.form.raw('snapshot') ?? '', name, deps)
          return seeOther(visit.reply, withNotice(`${basePath(made, visit.root)}/manage`, manageNotices['sandbox-restored']))
        } catch (error) {
          return visit.show(restorePage, { title: 'Restore a snapshot', wanted: name, errors: refusedFields(error) }, 400)
        }
      },
      snapshotLimit,
    )
  },
}
