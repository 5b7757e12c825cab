import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AuthorityFiles, writeAuthorities } from '../proxy/clients/authorities.ts'
import { environmentFor, loopback, type Place } from '../proxy/clients/environment.ts'
import { nobody } from '../proxy/credentials.ts'

/** How a browser or a program is led by way of grantbox to its vendor's hosts; Playwright takes it as its `proxy`. */
export interface ProxySettings {
  /** Where it asks, as `http://localhost:9400`. */
  server: string
  /**
   * The sandbox that answers for its vendor's hosts. Programs name it at once; Chromium does to a proxy that asks for it, which this one
   * never does for hosts of sandboxes: for a browser, let the sandbox list the host in its `hosts`.
   */
  username?: string
  /** The admin token, where one is asked for. */
  password?: string
  /** The hosts that are called without it, with commas between. */
  bypass: string
  /** The certificate of grantbox's authority, as PEM. */
  ca: string
  /** Variables for a program, beside its own: `{ ...process.env, ...box.proxy.env }`. The files that they name are there until the box is closed. */
  readonly env: Record<string, string>
}

/** Leads to one grantbox. */
export class ProxyLeads {
  readonly #place: Place
  readonly #ca: string
  #folder: string | undefined
  #files: AuthorityFiles | undefined

  /** @param ca the certificate of its authority, as PEM */
  constructor(place: Place, ca: string) {
    this.#place = place
    this.#ca = ca
  }

  /** @param sandbox the one that is meant, if any */
  settings(sandbox?: string): ProxySettings {
    const { url, adminToken } = this.#place
    const variables = () => environmentFor({ ...this.#place, sandbox, ...this.#authorities() }, process.env)
    return {
      server: new URL(url).origin,
      ...((sandbox ?? adminToken) !== undefined && { username: sandbox ?? nobody, password: adminToken ?? nobody }),
      bypass: loopback.map((host) => (host.includes(':') ? `[${host}]` : host)).join(),
      ca: this.#ca,
      // Made for those alone who start programs.
      get env() {
        return variables()
      },
    }
  }

  remove(): void {
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true })
    this.#folder = undefined
    this.#files = undefined
  }

  #authorities(): AuthorityFiles {
    this.#folder ??= mkdtempSync(join(tmpdir(), 'grantbox-'))
    this.#files ??= writeAuthorities(this.#folder, this.#ca, process.env)
    return this.#files
  }
}
