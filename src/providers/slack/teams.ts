import { given } from '../../basics/given.ts'
import type { Documents } from '../../oauth/model/documents.ts'
import type { Grant } from '../../oauth/model/records.ts'
import type { Settings } from '../../oauth/model/settings.ts'
import type { ConsentQuestions } from '../consent-questions.ts'
import type { SignInPlaces } from '../sign-in-places.ts'
import { enterpriseId } from './ids.ts'
import { slackSettings } from './settings.ts'

/** A workspace. */
export interface Team {
  id: string
  name: string
  /** What stands before `.slack.com`. */
  domain: string
}

const usual: Team = { id: 'T0GRANTBOX1', name: 'Example Workspace', domain: 'example' }

/** The workspaces of a sandbox: the one that its apps belong to, and another one. */
export const preloadedTeams: readonly Team[] = [usual, { id: 'T0GRANTBOX2', name: 'Second Workspace', domain: 'second' }]

/** A sandbox's workspaces. */
export function teamsIn(documents: Documents) {
  const kind = documents.kind<Team>('slack_team')
  return {
    /** By id. */
    all: (): Team[] =>
      kind
        .list({ list: 'teams', limit: 100 })
        .map(({ body }) => body)
        .sort((one, other) => (one.id < other.id ? -1 : 1)),
    save: (team: Team) => kind.put(team.id, team, { list: 'teams' }),
    /** By id or domain. */
    find: (name: string): Team | undefined =>
      kind.get(name) ?? kind.list({ list: 'teams', limit: 100 }).find(({ body }) => body.domain === name)?.body,
    /** Where its apps are at home. */
    home: (): Team => kind.get(usual.id) ?? usual,
  }
}

/** Which workspace a user signs in to: by the domain that he types, or by what `team` says. */
export const slackPlaces: SignInPlaces = {
  parameter: 'team',
  find: (named, { documents }) => {
    const { find } = teamsIn(documents)
    return find(named) ?? find(named.trim().toLowerCase().replace('.slack.com', ''))
  },
}

/** Where an app was installed: in a workspace or in a whole organization, which an answer tells as it stands here. */
export interface Installation {
  team: Team
  enterprise: { id: string; name: string } | null
  is_enterprise_install: boolean
}

/** Where the user of a grant let the app in: where the request said, or else at home. */
export function installationOf({ details }: Pick<Grant, 'details'>, documents: Documents, settings: Settings): Installation {
  const asked = details.parameters?.team
  const teams = teamsIn(documents)
  const { enterprise } = slackSettings.of(settings)
  const organization = enterprise === null ? null : { id: enterpriseId(enterprise), name: enterprise }
  return {
    team: (asked === undefined ? undefined : teams.find(asked)) ?? teams.home(),
    enterprise: organization,
    is_enterprise_install: organization !== null && asked === organization.id,
  }
}

/** Lets the user change where the app is let in: in another workspace, or in the whole organization. An app that is not distributed stays at home. */
export const workspaceMenu: ConsentQuestions = {
  kept: true,
  of({ parameters, realm: { documents, settings } }) {
    const { team, enterprise, is_enterprise_install } = installationOf(
      { details: { parameters: given({ team: parameters.team }) } },
      documents,
      settings,
    )
    const value = is_enterprise_install && enterprise !== null ? enterprise.id : team.id
    const teams = slackSettings.of(settings).distributed ? teamsIn(documents).all() : [team]
    const choices = [...teams, ...(enterprise === null ? [] : [enterprise])].map(({ id, name }) => ({ value: id, label: name }))
    return choices.length === 1 ? [] : [{ name: 'team', label: 'Workspace', value, choices, menu: true }]
  },
}
