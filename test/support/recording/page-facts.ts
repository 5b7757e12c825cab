/** What a program that drives a page can see of it: its title, what it says, and its forms' fields in their order. */
export interface PageFacts {
  title: string
  messages: string[]
  forms: string[]
}

/** Reads an HTML page. */
export function pageFacts(html: string): PageFacts {
  return {
    title: textOf(/<title>(.*?)<\/title>/is.exec(html)?.[1] ?? ''),
    messages: messageElements
      .flatMap((element) => [...html.matchAll(element)].map(([, inner = '']) => textOf(inner)))
      .filter((text) => text !== ''),
    forms: [...html.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gis)].map(([, tag = '', inner = '']) => formFacts(tag, inner)),
  }
}

/** Where pages say what happened: Keycloak's, then grantbox's own. */
const messageElements = [
  /<p class="instruction"[^>]*>(.*?)<\/p>/gs,
  /<span class="[^"]*kc-feedback-text[^"]*"[^>]*>(.*?)<\/span>/gs,
  /<span id="input-error[^"]*"[^>]*>(.*?)<\/span>/gs,
  /<p class="alert"[^>]*>(.*?)<\/p>/gs,
  /<p class="field-error"[^>]*>(.*?)<\/p>/gs,
  /<h1>(.*?)<\/h1>/gs,
  /<\/h1>\s*<p[^>]*>(.*?)<\/p>/gs,
]

function formFacts(tag: string, inner: string): string {
  const fields = [...inner.matchAll(/<(input|button|select|textarea)\b([^>]*)>/gis)]
    .map(([, element = '', attributes = '']) => ({ type: (attribute(attributes, 'type') ?? element).toLowerCase(), attributes }))
    .filter(({ attributes }) => attribute(attributes, 'name') !== undefined)
    .map(({ type, attributes }) => [type, attribute(attributes, 'name'), mark(attributes)].join(' ').trim())
  return [`${attribute(tag, 'method')?.toUpperCase()} ${mark(tag)}`.trim(), ...fields].join(' | ')
}

function mark(attributes: string): string {
  const id = attribute(attributes, 'id')
  return id === undefined ? '' : `#${id}`
}

function attribute(attributes: string, name: string): string | undefined {
  return new RegExp(`\\s${name}="([^"]*)"`, 'i').exec(attributes)?.[1]
}

function textOf(html: string): string {
  const plain = html.replaceAll(/<!--.*?-->/gs, '').replaceAll(/<[^>]*>/g, ' ')
  return plain
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replaceAll(/\s+/g, ' ')
    .trim()
}
