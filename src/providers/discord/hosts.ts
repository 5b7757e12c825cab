/** The vendor's hosts: today's name, that of before, the test builds, and what draws pictures. */
export const discordHosts: readonly string[] = [
  'discord.com',
  'canary.discord.com',
  'ptb.discord.com',
  'discordapp.com',
  'canary.discordapp.com',
  'ptb.discordapp.com',
  'cdn.discordapp.com',
]
