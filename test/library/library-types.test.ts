import { expectTypeOf, test } from 'vitest'
import type { z } from 'zod'
import type { faultDraft, faultView } from '../../src/control/input/fault-schema.ts'
import type { userChange } from '../../src/control/input/user-draft.ts'
import type { appView, clientView } from '../../src/control/views/app.ts'
import type { grantView, lineageView } from '../../src/control/views/grant.ts'
import type { entryView } from '../../src/control/views/journal.ts'
import type { sandboxView } from '../../src/control/views/sandbox.ts'
import type { userView } from '../../src/control/views/user.ts'
import type { App, Client, Fault, Grant, GrantLineage, JournalEntry, NewFault, SandboxInfo, User, UserChange } from '../../src/index.ts'

// Held by the type checker: the library's types are written by hand, for what is imported must not load the schemas.
test('the library’s types are those of the control API’s schemas', () => {
  expectTypeOf<z.output<typeof userView>>().toEqualTypeOf<User>()
  expectTypeOf<z.output<typeof appView>>().toEqualTypeOf<App>()
  expectTypeOf<z.output<typeof clientView>>().toEqualTypeOf<Client>()
  expectTypeOf<z.output<typeof grantView>>().toEqualTypeOf<Grant>()
  expectTypeOf<z.output<typeof lineageView>>().toEqualTypeOf<GrantLineage>()
  expectTypeOf<z.output<typeof sandboxView>>().toEqualTypeOf<SandboxInfo>()
  expectTypeOf<z.output<typeof entryView>>().toExtend<JournalEntry>()
  expectTypeOf<z.output<typeof faultView>>().toExtend<Fault>()
  expectTypeOf<NewFault>().toExtend<z.input<typeof faultDraft>>()
  expectTypeOf<keyof NewFault>().toEqualTypeOf<keyof z.input<typeof faultDraft>>()
  expectTypeOf<UserChange>().toExtend<z.input<typeof userChange>>()
  expectTypeOf<keyof UserChange>().toEqualTypeOf<keyof z.input<typeof userChange>>()
})
