/**
 * In this room: the dashboard, one room for each part, and its menu. A page is defined beside its route, with what it is drawn from
 * (`frame/page.ts`).
 * Elsewhere: templates (`views/dashboard/`), the pages on which users sign in (`http/pages/`), and rules that the control API has
 * too.
 */

import { appPages } from './apps/apps.ts'
import { brandPages } from './apps/brands.ts'
import { callbackPages } from './apps/callback.ts'
import { clientPages } from './apps/clients.ts'
import { exportPages } from './apps/exports.ts'
import { hintPages } from './apps/hints.ts'
import { examPages } from './exam/exam.ts'
import { allHintPages } from './exam/hints.ts'
import { faultPages } from './faults/faults.ts'
import { flowPages } from './flows/flows.ts'
import type { MenuGroup } from './frame/frame.ts'
import type { OutsidePart } from './frame/outside.ts'
import type { Section } from './frame/visit.ts'
import { grantPages } from './grants/grants.ts'
import { tokenPages } from './grants/tokens.ts'
import { keyPages } from './keys/keys.ts'
import { importPages } from './providers/import.ts'
import { ownProviderPages } from './providers/own-provider.ts'
import { providersPages } from './providers/providers.ts'
import { singleRequestPages } from './requests/request.ts'
import { requestPages } from './requests/requests.ts'
import { analyticsPages } from './sandbox/analytics.ts'
import { approvalPages } from './sandbox/approvals.ts'
import { docPages } from './sandbox/docs.ts'
import { outboxPages } from './sandbox/outbox.ts'
import { settingsPages } from './sandbox/settings.ts'
import { spacePages } from './sandbox/spaces.ts'
import { homePages } from './sandboxes/home.ts'
import { managePages } from './sandboxes/manage.ts'
import { newSandboxPages } from './sandboxes/new-sandbox.ts'
import { restorePages } from './sandboxes/restore.ts'
import { timePages } from './time/time.ts'
import { generationPages } from './users/generation.ts'
import { picturePages } from './users/pictures.ts'
import { userFormPages } from './users/user-form.ts'
import { tiePages } from './users/user-ties.ts'
import { userPages } from './users/users.ts'

/** Everything a sandbox's dashboard has, in the order of its menu: the vendor's entries in the vendor's order, then ours. */
export const menu: readonly MenuGroup<Section>[] = [
  {
    sections: [
      { entry: 'Brands', parts: [brandPages] },
      { entry: 'Apps', parts: [appPages, clientPages, hintPages] },
      { entry: 'Spaces', parts: [spacePages] },
      { entry: 'Sandbox', parts: [userPages, userFormPages, tiePages, generationPages, callbackPages] },
      { entry: 'Analytics', parts: [analyticsPages] },
    ],
  },
  {
    heading: 'What happened',
    sections: [
      { entry: 'Requests', parts: [requestPages, singleRequestPages] },
      { entry: 'Flows', parts: [flowPages] },
      { entry: 'Grants', parts: [grantPages, tokenPages] },
    ],
  },
  {
    heading: 'What if',
    sections: [
      { entry: 'Faults', parts: [faultPages] },
      { entry: 'Time', parts: [timePages] },
      { entry: 'Exam', parts: [examPages, allHintPages] },
    ],
  },
  {
    heading: 'In a user’s place',
    sections: [
      { entry: 'Approvals', parts: [approvalPages] },
      { entry: 'Messages', parts: [outboxPages] },
    ],
  },
  {
    heading: 'This sandbox',
    sections: [
      { entry: 'Keys', parts: [keyPages] },
      { entry: 'Settings', parts: [settingsPages, managePages] },
    ],
  },
  // What the top bar leads to, and what pages are made of.
  { sections: [{ parts: [docPages, exportPages, picturePages] }] },
]

/** What is about no sandbox, below `/dashboard` itself and `/dashboard/-/`. */
export const outside: readonly OutsidePart[] = [homePages, newSandboxPages, restorePages, providersPages, ownProviderPages, importPages]
