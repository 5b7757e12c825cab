import type { Fields } from '../forms/fields.ts'
import type { FormState } from '../forms/form.ts'

/** The fields of a form that say where a sandbox is. */
export type PlaceFields = ReturnType<typeof addressFields>

/** @param now what they hold when nothing was typed */
export function addressFields(now: { hosts: string; port: string }, { values, errors }: FormState = { values: {}, errors: {} }) {
  return {
    hosts: { value: values.hosts ?? now.hosts, error: errors.hosts },
    port: { value: values.port ?? now.port, error: errors.port },
  }
}

/** The members of the control API that those fields mean. */
export function placeIn(form: Fields): { hosts: string[]; port: unknown } {
  const port = form.text('port')
  return {
    hosts: form
      .text('hosts')
      .split(/[\s,]+/)
      .filter(Boolean),
    port: port === '' ? null : /^\d+$/.test(port) ? Number(port) : port,
  }
}
