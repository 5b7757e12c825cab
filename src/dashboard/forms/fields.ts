/** The fields of a form or of a query, as they came. */
export class Fields {
  readonly #values: Readonly<Record<string, unknown>>

  constructor(values: unknown) {
    this.#values = typeof values === 'object' && values !== null ? (values as Record<string, unknown>) : {}
  }

  /** A field without blanks around it; empty when it did not come. */
  text(name: string): string {
    return (this.raw(name) ?? '').trim()
  }

  /** A field as it was typed. */
  raw(name: string): string | undefined {
    return this.all(name)[0]
  }

  /** Every value of a field that may come several times, as ticked boxes do. */
  all(name: string): string[] {
    if (!Object.hasOwn(this.#values, name)) return []
    return [this.#values[name]].flat().filter((value) => typeof value === 'string')
  }

  /** All fields as they were typed, of several of one name the last. */
  texts(): Record<string, string> {
    return Object.fromEntries(Object.keys(this.#values).map((name) => [name, this.all(name).at(-1) ?? '']))
  }

  has(name: string): boolean {
    return this.all(name).length > 0
  }

  /** A whole number; undefined when it is none or lies outside. */
  whole(name: string, least: number, most: number): number | undefined {
    const text = this.text(name)
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
    return value >= least && value <= most ? value : undefined
  }
}
