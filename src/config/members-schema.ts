import { z } from 'zod'
import { templateProblems } from '../basics/template.ts'
import { secretProblem } from '../oauth/tokens/template-values.ts'
import { templateSchema } from '../sandbox/template-schema.ts'

/** Members as templates that may name what `known` has. */
export const members = (known: readonly string[]) =>
  z.record(z.string(), templateSchema).superRefine((value, context) => {
    for (const { path, message } of templateProblems(value, known, secretProblem)) context.addIssue({ code: 'custom', path, message })
  })

/** A text that may name what `known` has. */
export const templateText = (known: readonly string[]) =>
  z.string().superRefine((value, context) => {
    for (const { message } of templateProblems(value, known, secretProblem)) context.addIssue({ code: 'custom', message })
  })

/** A template of any shape that may name what `known` has. */
export const template = (known: readonly string[]) =>
  templateSchema.superRefine((value, context) => {
    for (const { path, message } of templateProblems(value, known, secretProblem)) context.addIssue({ code: 'custom', path, message })
  })
