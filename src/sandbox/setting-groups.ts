import { settingsByGroup } from './settings-schema.ts'

type Group = keyof typeof settingsByGroup

/** The headings under which people look for settings, in the order in which they stand there. */
export const settingGroups: Readonly<Record<Group, string>> = {
  lives: 'How long things live',
  rules: 'What is let pass',
  users: 'Signing in',
  tokens: 'Tokens and claims',
  keys: 'Signatures',
  clients: 'Clients and APIs',
  addresses: 'Addresses',
  journal: 'The journal',
}

/** The group of a setting; undefined for a vendor's own, which is in none of these. */
export function groupOf(name: string): Group | undefined {
  return (Object.keys(settingsByGroup) as Group[]).find((group) => Object.hasOwn(settingsByGroup[group], name))
}
