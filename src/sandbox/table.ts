import type { Directory } from '../oauth/directory.ts'
import type { ProtocolStore } from '../oauth/store.ts'
import type { SocialStore } from '../providers/social.ts'
import type { ClockState } from './clock.ts'

/** A sandbox as it is stored. */
export interface SandboxRecord {
  id: number
  name: string
  provider: string
  company: string
  /** What differs from the provider's settings. */
  settings: Readonly<Record<string, unknown>>
  hosts: readonly string[]
  seeded: boolean
  clock: ClockState
  created_at: number
}

/** What the sandboxes ask of the store. */
export interface SandboxTable {
  list(): Promise<SandboxRecord[]>
  /** @throws TakenError when the name is another sandbox's */
  insert(record: Omit<SandboxRecord, 'id'>): Promise<SandboxRecord>
  /** Saves the company, the settings and the hosts. */
  update(record: SandboxRecord): Promise<void>
  /** With all that belongs to it. */
  delete(id: number): Promise<void>
  saveClock(id: number, clock: ClockState): Promise<void>
  protocolStore(id: number): ProtocolStore
  directory(id: number): Directory
  social(id: number): SocialStore
}
