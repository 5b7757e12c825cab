/** What may stand in a member of a fault: said once, as data; the control API's schema, the types and the manual's table are made of it. */
export type Form =
  | { readonly is: 'text'; readonly pattern?: RegExp; readonly expected?: string }
  | { readonly is: 'number'; readonly from: number; readonly to: number }
  | { readonly is: 'choice'; readonly of: readonly (string | boolean)[] }
  /** Such as "2s"; kept in milliseconds, in a member whose name ends in `_ms`. */
  | { readonly is: 'duration'; readonly to: number; readonly expected: string }
  /** The fields of an HTTP message (RFC 9110 §5). */
  | { readonly is: 'headers' }
  | { readonly is: 'anything' }
  /** The name of a user whom the sandbox has. */
  | { readonly is: 'user' }

/** A member of a fault. */
export type Member = Form & {
  /** For the control API's description. */
  readonly says: string
  /** The member without which it means nothing. */
  readonly beside?: string
}

export type Members = Readonly<Record<string, Member>>

type Value<F extends Form> = F extends { is: 'choice'; of: readonly (infer V)[] }
  ? V
  : F extends { is: 'number' }
    ? number
    : F extends { is: 'headers' }
      ? Record<string, string>
      : F extends { is: 'text' | 'user' }
        ? string
        : unknown

/** Members as they are kept. */
export type Effects<M extends Members> = {
  readonly [N in keyof M as M[N]['is'] extends 'duration' ? `${N & string}_ms` : N]?:
    | (M[N]['is'] extends 'duration' ? number : Value<M[N]>)
    | undefined
}

/** Members as they are asked for and shown, with durations of the type `D`. */
export type Shown<M extends Members, D> = { [N in keyof M]?: (M[N]['is'] extends 'duration' ? D : Value<M[N]>) | undefined }

/** The name under which a member is kept. */
export function keptName(name: string, form: Form | undefined): string {
  return form?.is === 'duration' ? `${name}_ms` : name
}
