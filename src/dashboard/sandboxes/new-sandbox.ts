import { checkSandboxDraft, sandboxAtPort, sandboxDraft } from '../../control/input/sandbox-draft.ts'
import { check } from '../../control/input/validation.ts'
import type { DashboardDeps } from '../deps.ts'
import type { Choice, FormState } from '../forms/form.ts'
import { refusedFields } from '../forms/refused.ts'
import { basePath } from '../frame/frame.ts'
import type { OutsidePart } from '../frame/outside.ts'
import { page } from '../frame/page.ts'
import { type PageVisit, seeOther, withNotice } from '../frame/visit.ts'
import { manageNotices } from './manage.ts'
import { addressFields, type PlaceFields, placeIn } from './place-fields.ts'

const newSandboxPage = page<{
  providers: readonly Choice[]
  values: FormState['values']
  errors: FormState['errors']
  places: PlaceFields
  seeded: boolean
}>('new-sandbox')

/** The form that makes a sandbox, of what the control API is told of one. */
export const newSandboxPages: OutsidePart = {
  routes({ get, post, deps }) {
    get('/-/sandboxes/new', (visit) => showForm(visit, deps))

    post('/-/sandboxes/new', async (visit) => {
      const { form, reply, root } = visit
      const [name, company] = [form.text('name'), form.text('company')]
      const said = {
        provider: form.text('provider'),
        seed: form.has('seed'),
        ...(name !== '' && { name }),
        ...(company !== '' && { company }),
      }
      try {
        const draft = await checkSandboxDraft(check(sandboxDraft, { ...said, ...placeIn(form) }), deps)
        const made = await sandboxAtPort(draft.port, () => deps.sandboxes.create(draft), deps)
        return seeOther(reply, withNotice(`${basePath(made.name, root)}/apps`, manageNotices['sandbox-created']))
      } catch (error) {
        return showForm(visit, deps, { values: form.texts(), errors: refusedFields(error) })
      }
    })
  },
}

function showForm(visit: PageVisit, deps: DashboardDeps, refused?: FormState) {
  const values = refused?.values ?? { provider: visit.query.text('provider') || deps.sandboxes.defaultName }
  const model = {
    title: 'New sandbox',
    providers: deps.sandboxes.vendorNames().map(({ id, name }) => ({ value: id, label: name, chosen: id === values.provider })),
    values,
    errors: refused?.errors ?? {},
    places: addressFields({ hosts: '', port: '' }, refused),
    seeded: refused === undefined || 'seed' in values,
  }
  return visit.show(newSandboxPage, model, refused === undefined ? 200 : 400)
}
