import { z } from 'zod'
import { GivenKeyError, readGivenKey } from '../oauth/jose/given-key.ts'
import type { SandboxDeclaration } from '../sandbox/declared.ts'
import { givenKeySchema } from '../sandbox/key-schema.ts'
import { commonSettings } from '../sandbox/settings-schema.ts'
import { spaceName } from '../sandbox/space-name.ts'
import { nameSchema } from './provider-schema.ts'
import { appSchema, userSchema } from './world-schema.ts'

const host = z.string().regex(/^(?!localhost$)(?=.*[a-z])[a-z0-9_]([a-z0-9_.-]{0,252}[a-z0-9])?$/i, {
  error: 'a host name without a port, such as sandbox.example.com',
})

/** A private key; which member is wrong is told where it stands. */
const givenKey = givenKeySchema.superRefine((given, context) => {
  try {
    readGivenKey(given)
  } catch (error) {
    if (!(error instanceof GivenKeyError)) throw error
    context.addIssue({ code: 'custom', path: [error.field], message: `expected ${error.message}` })
  }
})

const world = {
  settings: commonSettings.optional(),
  apps: z.array(appSchema).optional(),
  users: z.array(userSchema).optional(),
  keys: z.array(givenKey).optional().describe('Private keys: of those of an algorithm the first signs, and the others are published.'),
}

/** A sandbox that is there whenever grantbox runs. */
export const sandboxSchema = z
  .strictObject({
    provider: nameSchema.optional().describe("The provider of the sandbox's name when absent."),
    company: z.string().min(1).max(200).optional(),
    hosts: z.array(host).optional().describe('Host names at which it answers at the root.'),
    port: z.int().min(0).max(65_535).optional().describe('A port to itself, at which it is alone; 0 takes a free one.'),
    seed: z.boolean().optional().describe("Whether it starts with the provider's apps and users; true when absent."),
    ...world,
    spaces: z
      .record(spaceName, z.strictObject(world).meta({ id: 'Space' }))
      .optional()
      .describe("Realms, pools or tenants with worlds of their own, by their names; the first one's is the sandbox's own."),
  })
  .meta({ id: 'Sandbox' }) satisfies z.ZodType<Omit<SandboxDeclaration, 'name' | 'provider'>>
