/** The vendor's hosts: its pages and API, those of its workspaces, and what draws pictures. */
export const slackHosts: readonly string[] = ['slack.com', '*.slack.com', 'avatars.slack-edge.com']
