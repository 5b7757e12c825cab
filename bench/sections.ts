/** A part of the bench that is no load. */
export interface Section {
  title: string
  measure(quick: boolean): Promise<string>
}

export const sections: readonly Section[] = []
