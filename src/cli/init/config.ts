import type { Provider } from '../../providers/provider.ts'

/** The text of a commented config file: the vendor, an app and a user to begin with. */
export function configFile({ id, name, client_secrets, paths }: Provider): string {
  const hasApp = client_secrets === undefined && typeof paths.authorize === 'string'
  const app = [
    '    apps:',
    '      - name: My App',
    '        # Where a sign-in may lead back to.',
    '        redirect_uris:',
    '          - http://localhost:3000/callback',
    '        clients:',
    '          - client_id: my-app',
    '            client_secret: my-app-secret',
  ]
  return `# yaml-language-server: $schema=./node_modules/grantbox/schema/grantbox.config.schema.json
# What grantbox has whenever it runs in this folder: npx grantbox
# A flag or a variable GRANTBOX_… wins over this file; grantbox --help tells all of them.

# Whose sandbox answers at http://localhost:9400; each of the others is below its name: npx grantbox providers
provider: ${id}
port: 9400

# State is kept in .grantbox/ (a line for .gitignore); this keeps nothing instead:
# db: ":memory:"

sandboxes:
  ${id}:
    # How this twin of ${name} behaves; null goes back to what the provider says.
    # settings:
    #   access_token_ttl: 5m
    #   strictness: lenient    # any client, any redirect URI and any scope will do
    #   auto_sign_in: ada      # nobody is asked who he is
    #   claims:
    #     access_token: { roles: "{user.claims.roles}" }

    # Your app, beside those that a sandbox has anyway (seed: false starts without them).
${(hasApp ? app : app.map((line) => `    # ${line.slice(4)}`)).join('\n')}

    users:
      - username: ada
        password: Password1!
        first_name: Ada
        last_name: Arden
        email: ada@example.com
        claims:
          roles: [admin]
`
}

/** The text of a compose file with a service that runs what the project has installed. */
export const composeFile = `# docker compose -f compose.grantbox.yaml up --wait
# In your own compose file: include: [compose.grantbox.yaml]. Its containers ask http://grantbox:9400, browsers http://localhost:9400.
services:
  grantbox:
    image: node:24-slim
    working_dir: /project
    # What "npm install --save-dev grantbox" brought.
    command: ["node", "node_modules/grantbox/dist/cli/main.js"]
    environment:
      GRANTBOX_HOST: 0.0.0.0
      GRANTBOX_PORT: "9400"
      GRANTBOX_DATA: /tmp/grantbox
      GRANTBOX_PUBLIC_URL: http://localhost:9400
      # Whoever calls the control API or opens the dashboard needs it.
      GRANTBOX_ADMIN_TOKEN: \${GRANTBOX_ADMIN_TOKEN:-local-admin-token}
    ports:
      - "127.0.0.1:9400:9400"
    volumes:
      - .:/project:ro
    user: node
    healthcheck:
      test: ["CMD", "node", "node_modules/grantbox/dist/cli/main.js", "health"]
      interval: 2s
      timeout: 3s
      retries: 15
      start_period: 10s
`
