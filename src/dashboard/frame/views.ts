import type { FastifyInstance, FastifyReply } from 'fastify'
import { pageHeaders } from '../../http/pages/assets.ts'
import type { avatar } from '../../http/pages/views.ts'
import type { Accent } from '../../providers/page-texts.ts'
import type { AppCard, ClientCard, Refused } from '../apps/app-card.ts'
import type { Snippet } from '../apps/snippets.ts'
import type { FlowStep } from '../flows/flow-steps.ts'
import type { Sequence } from '../flows/sequence.ts'
import type { TreeNode } from '../flows/token-tree.ts'
import type { RequestRow } from '../requests/request-row.ts'
import type { Chart } from '../sandbox/chart.ts'
import type { UserCard } from '../users/user-card.ts'
import type { Choice } from './choice.ts'

/** An entry of the left menu. */
export interface MenuEntry {
  label: string
  href: string
  icon: string
  current: boolean
}

/** What stands around a sandbox's pages. */
export interface Frame {
  /** The vendor's logo, such as `iOKids®`. */
  logo: string
  accent: Accent
  company: string
  sandbox: string
  /** Path of the sandbox's dashboard, without a slash at the end. */
  base: string
  menu: readonly MenuEntry[]
  developer: string
  /** What was just done. */
  notice?: string | undefined
}

/** A form's fields as they were typed, and what is wrong with them. */
export interface FormState {
  values: Readonly<Record<string, string>>
  errors: Readonly<Record<string, string>>
}

/** Every page of the dashboard and what it needs to be drawn, the frame aside. */
export interface DashboardViews {
  home: {
    sandboxes: readonly {
      name: string
      company: string
      provider: string
      href: string
      base_url: string
      apps: number
      users: number
      isDefault: boolean
      avatar: ReturnType<typeof avatar>
    }[]
    version: string
  }
  'sign-in': { to: string; error?: string | undefined }
  return: { href: string }
  error: { status: number; heading: string; message: string; back: string }
  /** Asks before something is deleted. */
  confirm: {
    heading: string
    lines: readonly string[]
    action: string
    fields: Readonly<Record<string, string>>
    button: string
    back: string
  }
  apps: { apps: readonly AppCard[]; newHref: string; brand?: string | undefined }
  app: { app: AppCard }
  'app-form': FormState & {
    heading: string
    action: string
    button: string
    back: string
    brands: readonly Choice[]
    scopes: readonly Choice[]
    grantTypes: readonly Choice[]
    authMethods: readonly Choice[]
    /** Whether the app is new: then its first client and its redirect URIs are asked for too. */
    isNew: boolean
    developer: string
  }
  brands: {
    /** The company's own comes first and has no form. */
    brands: readonly {
      name: string
      avatar: ReturnType<typeof avatar>
      apps: readonly { name: string; href: string; icon?: string | undefined; avatar: ReturnType<typeof avatar> }[]
      action?: string
    }[]
    refused?: Refused | undefined
  }
  users: {
    heading: string
    apps: readonly { name: string; href: string; icon?: string | undefined; avatar: ReturnType<typeof avatar> }[]
    appChoices: readonly Choice[]
    users: readonly UserCard[]
    search: string
    /** Whether a search or an app narrows the list. */
    filtered: boolean
    total: number
    found: number
    /** The number of the first user shown. */
    first: number
    /** Stands before every username: `@`. */
    prefix: string
    families: boolean
    pager: Pager
  }
  user: { user: UserCard; prefix: string }
  'user-form': FormState & {
    heading: string
    action: string
    back: string
    isNew: boolean
    kinds: readonly Choice[]
    hasAge: boolean
    /** For a new user, whose apps are chosen at once. */
    apps: readonly Choice[]
    company: string
    disabled: boolean
    /** Where a friend or an app is taken away; absent for a new user. */
    removeAction?: string | undefined
    friends: readonly string[]
    ownedApps: readonly { id: string; name: string }[]
  }
  'add-friend': { username: string; action: string; back: string; refused?: Refused | undefined }
  'add-app': { username: string; action: string; back: string; apps: readonly Choice[] }
  'add-kid': FormState & { username: string; action: string; back: string }
  generation: { done: number; total: number; error?: string | undefined; back: string; refresh?: string }
  callback: { sent: readonly { name: string; value: string }[]; failed: boolean; command?: string | undefined }
  requests: {
    rows: readonly RequestRow[]
    endpoints: readonly Choice[]
    onlyErrors: boolean
    filtered: boolean
    total: number
    olderHref?: string | undefined
    /** Where new rows come from while the page is open; absent on pages of older ones. */
    streamHref?: string | undefined
    /** A command that sends a request. */
    example: string
  }
  request: { row: RequestRow }
  flows: { flows: readonly FlowCard[]; olderHref?: string | undefined; newerHref?: string | undefined; sandboxHref: string }
  flow: {
    kind: string
    app?: string | undefined
    client_id?: string | undefined
    user?: string | undefined
    scope?: string | undefined
    state: FlowCard['state']
    reason?: string | undefined
    began: string
    steps: readonly FlowStep[]
    /** How many steps before these are not shown. */
    skipped: number
    /** The same picture for wide and for narrow pages; none when there is nothing to draw. */
    sequences: readonly Sequence[]
    tree: readonly TreeNode[]
    revokeAction?: string | undefined
  }
  analytics: {
    ranges: readonly { label: string; href: string; current: boolean }[]
    charts: readonly Chart[]
    isEmpty: boolean
    sandboxHref: string
  }
  approvals: {
    action: string
    approvals: readonly {
      id: string
      app: string
      avatar: ReturnType<typeof avatar>
      user: string
      message?: string | undefined
      scope: string
      asked: string
      ends: string
    }[]
    /** Where apps ask. */
    endpoint: string
  }
  settings: {
    action: string
    now: string
    /** How the clock differs from the machine's; empty when it does not. */
    clockState: string
    isFrozen: boolean
    company: string
    fields: readonly { name: string; label: string; value: string; error?: string | undefined }[]
    choices: readonly { name: string; label: string; choices: readonly Choice[] }[]
    switches: readonly Choice[]
    errors: Readonly<Record<string, string>>
    apiHref: string
  }
  help: {
    vendor: string
    company: string
    base_url: string
    families: boolean
    approvals: boolean
    magicUsers: readonly { username: string; does: string }[]
    docsHref: string
    apiHref: string
  }
  docs: {
    vendor: string
    base_url: string
    endpoints: readonly { label: string; url: string }[]
    grantTypes: readonly string[]
    scopes: readonly { name: string; description: string }[]
    about?: string | undefined
    folders: readonly {
      name: string
      requests: readonly { name: string; method: string; path: string; description?: string | undefined; command: string }[]
    }[]
    exports: readonly Export[]
  }
  use: { app: AppCard; client: ClientCard; snippets: readonly Snippet[]; exports: readonly Export[] }
}

/** Parts of pages that are also sent by themselves. */
export interface DashboardParts {
  'partials/request': { row: RequestRow; open: boolean }
}

/** What every page says of itself. */
export interface Titled {
  title: string
  /** The menu entry under which it stands. */
  section?: string
}

/**
 * Headers of the dashboard's pages: as those of the sign-in pages, but forms go nowhere else, the live list may be fetched, and the
 * browser says to ourselves alone which page a form came from.
 */
const headers = {
  ...pageHeaders,
  'Content-Security-Policy': `${pageHeaders['Content-Security-Policy']}; connect-src 'self'; form-action 'self'`,
  'Referrer-Policy': 'same-origin',
}

/** What is around a page: the sandbox's frame, or nothing on pages of no sandbox. */
export interface Surroundings {
  frame?: Frame | undefined
  /** The token of the page's forms. */
  csrf: string
  /** Whether there is a session to end. */
  signedIn?: boolean
}

/** Answers with a page, drawn from its model alone. */
export function render<K extends keyof DashboardViews>(
  reply: FastifyReply,
  name: K,
  model: DashboardViews[K] & Titled,
  surroundings: Surroundings,
): FastifyReply {
  return reply.headers(headers).view(`dashboard/${name}`, { ...model, ...surroundings })
}

/** The same for a request that never came to a route: its reply knows no views. */
export function renderUnrouted<K extends keyof DashboardViews>(
  app: FastifyInstance,
  reply: FastifyReply,
  name: K,
  model: DashboardViews[K] & Titled,
  surroundings: Surroundings,
): void {
  app.view(`dashboard/${name}`, { ...model, ...surroundings }).then(
    (page) => reply.headers(headers).send(page),
    (error) => reply.send(error),
  )
}

/** The links from a page of a list to others. */
export interface Pager {
  page: number
  pages: number
  first?: string | undefined
  previous?: string | undefined
  next?: string | undefined
  last?: string | undefined
}

/** A flow in the list. */
export interface FlowCard {
  href: string
  /** How it began: `Authorization code`. */
  kind: string
  app?: string | undefined
  user?: string | undefined
  state: { text: string; look: 'good' | 'bad' | 'warn' }
  began: string
  steps: readonly { text: string; isBad: boolean }[]
}

/** A file to take away. */
export interface Export {
  label: string
  href: string
}
