import { z } from 'zod'
import type { SignInPages } from '../providers/sign-in-pages.ts'

/** A declared provider's sign-in: steps, names, ids and words. */

/** What our own forms say under these names. */
const own = ['transaction', 'pick', 'granted', 'choose', 'confirm']

const text = z.string().min(1).max(300)
const id = z.string().regex(/^[^\s"'<>&]{1,100}$/, { error: 'an id without blanks' })
const name = z
  .string()
  .min(1)
  .max(100)
  .refine((one) => !own.includes(one), { error: `a name other than ${own.join(', ')}` })

const field = z.strictObject({ name, id: id.optional(), label: text.optional() })
const button = z.strictObject({
  text,
  id: id.optional(),
  name: name.optional(),
  value: z.string().max(100).optional(),
  input: z.boolean().optional().describe('An <input type="submit">, which sends its text.'),
})
const message = z.strictObject({ text, id: id.optional() })
const words = { heading: text.optional(), text: text.optional() }

/** Where a vendor's sign-in differs from ours, which has name and password on one page. */
export const signIn = z
  .strictObject({
    form_id: id.optional(),
    username: field.optional(),
    password: field.optional(),
    next: button.optional().describe('Gives the name a page of its own, before the password: the button that leads on.'),
    password_heading: text.optional(),
    submit: button.optional(),
    remember: field.optional().describe('A box that lets the browser stay signed in after it was closed.'),
    unknown_name: message
      .optional()
      .describe('What the page for the name says of one that nobody has; anybody is asked for a password when absent.'),
    refused: message.optional().describe('What a wrong name or password is told.'),
    refused_status: z.int().min(200).max(499).optional().describe('401 when absent.'),
    again: text.optional().describe('What a signed-in user is told who is to type his password again; his name is not asked then.'),
    disabled: message.optional().describe('What a disabled user is told; as who is refused when absent.'),
    answered_status: z
      .union([z.literal(302), z.literal(303)])
      .optional()
      .describe('What takes the browser from a form to the client; 303 when absent.'),
    twice: z.boolean().optional().describe('The form is there once more, unseen and before the other.'),
    stay: z
      .strictObject({ ...words, yes: button, no: button, box: field.optional() })
      .optional()
      .describe('Asks at the end whether to stay signed in.'),
    consent: z
      .strictObject({ title: text.optional(), ...words, allow: button, deny: button, id: id.optional() })
      .optional()
      .describe('All scopes or none are allowed; where it is absent, each can be unticked.'),
    accounts: z
      .strictObject({ ...words, pick: button, other: button })
      .optional()
      .describe("Asks which of the browser's users it is."),
    posted: z.strictObject({ title: text, button }).optional().describe('Posts the answer to the client where response_mode is form_post.'),
    logout: z
      .strictObject({ ...words, confirm: button, stay: button.optional() })
      .optional()
      .describe('Asks whether to sign out.'),
    signed_out: z.strictObject(words).optional(),
    error: z
      .strictObject({ ...words, title: text.optional(), lines: z.array(text).optional() })
      .optional()
      .describe('An error that cannot go back to the client. Its words may have the members of the answer for it, as {error_description}.'),
  })
  .meta({ id: 'SignIn' }) satisfies z.ZodType<SignInPages>
