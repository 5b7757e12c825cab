/** What a page says after something was done. */
export interface Notice {
  /** The address carries this alone, so that nobody can put words there. */
  name: string
  text(count: string): string
}

/** The notices of a part by their names, which no other part has; a text with a count in it is a function. */
export function noticesOf<N extends string>(texts: Readonly<Record<N, string | Notice['text']>>): Readonly<Record<N, Notice>> {
  const entries = Object.entries<string | Notice['text']>(texts)
  return Object.fromEntries(entries.map(([name, text]) => [name, { name, text: typeof text === 'string' ? () => text : text }])) as Record<
    N,
    Notice
  >
}

/** The text of the notice that an address names; undefined when there is none of that name. */
export function noticeText(notices: readonly Notice[], name: string, count: string): string | undefined {
  const notice = notices.find((candidate) => candidate.name === name)
  return notice?.text(/^\d{1,9}$/.test(count) ? Number(count).toLocaleString('en-US') : 'Some')
}
