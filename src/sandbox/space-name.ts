import { z } from 'zod'

/** What a space may be called: it stands in a path, so nothing that ends one, and neither of the names that a path takes for steps. */
export const spaceName = z
  .string()
  .regex(/^(?!\.{1,2}$)[^/?#{}\s\p{Cc}\p{Cs}]{1,200}$/u, { error: 'a name without blanks, slashes and braces' })
