import type { ProviderDeclaration } from './declaration.ts'

/** A declaration that was made of somebody's document. */
export interface Imported {
  /** A name for it. */
  name: string
  declaration: ProviderDeclaration
  /** What of the document could not be kept. */
  notes: readonly string[]
}

/** A document that no provider can be made of; the message says which member and what was expected. */
export class ImportError extends Error {
  override readonly name = 'ImportError'
}

/** The path of an address, which may begin with a variable instead of a host. */
export function pathOf(address: string): string {
  const path = URL.canParse(address) ? new URL(address).pathname : address.replace(/^(https?:\/\/)?[^/]*/i, '').replace(/[?#].*$/s, '')
  return path.replace(/(?<!\/)\/+$/, '') || '/'
}

/** The host names of addresses, each once: names that can be asked for from elsewhere, no numbers and no variables. */
export function hostNames(addresses: readonly (string | undefined)[]): string[] {
  const names = addresses.flatMap((address) => (address !== undefined && URL.canParse(address) ? [new URL(address).hostname] : []))
  return [...new Set(names)].filter((name) => /^(?=[0-9_.-]*[a-z])[a-z0-9_.-]+$/i.test(name) && name !== 'localhost')
}

/** `login.acme.example` → `acme`. */
export function nameOfHost(hostname: string): string {
  const labels = hostname.toLowerCase().split('.')
  const name = labels.length > 1 && !/^[\d.:[\]]+$/.test(hostname) ? (labels.at(-2) ?? '') : (labels[0] ?? '')
  return cleanName(name)
}

/** A text as a provider's name. */
export function cleanName(text: string): string {
  const name = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 63)
  return name === '' ? 'imported' : name
}
