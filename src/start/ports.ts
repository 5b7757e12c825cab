import { StartError } from '../basics/start-error.ts'
import type { Listener } from '../http/listener/listener.ts'
import { TakenError } from '../oauth/model/directory.ts'
import { DeclarationError, type Declared } from '../sandbox/declared.ts'
import { type Binding, type OwnPorts, PortError } from '../sandbox/own-ports.ts'
import type { Sandboxes } from '../sandbox/sandboxes.ts'

/**
 * Gives sandboxes the ports that the start asks for; a vendor's is made for it.
 * @throws StartError when there is no such sandbox, or another one has the port
 */
export async function givePorts(sandboxes: Sandboxes, ports: Readonly<Record<string, number>> = {}): Promise<void> {
  for (const [name, port] of Object.entries(ports)) {
    const sandbox = await sandboxes.reach(name)
    if (sandbox === undefined) {
      throw new StartError(
        `There is no sandbox '${name}' to have port ${port} to itself (--port-of). There are: ${sandboxes.names().join(', ')}.`,
      )
    }
    try {
      sandboxes.update(sandbox, { port })
    } catch (error) {
      if (!(error instanceof TakenError)) throw error
      throw new StartError(`Port ${port} is that of sandbox ${sandboxes.namedByPort(port)}, so ${name} cannot have it (--port-of).`, {
        cause: error,
      })
    }
  }
}

/**
 * Listens on the ports that sandboxes have to themselves, where the main one is.
 * @throws StartError that names the sandbox whose port cannot be had
 */
export async function beginPorts(ports: OwnPorts, sandboxes: Sandboxes, listener: Listener, host: string): Promise<void> {
  try {
    await ports.begin((port) => bindAlone(listener, host, port))
  } catch (error) {
    if (!(error instanceof PortError)) throw error
    const name = sandboxes.namedByPort(error.port)
    throw new StartError(
      `Sandbox ${name} cannot have its port to itself: ${error.message}. Stop the other program, or give the sandbox another one: --port-of ${name}=PORT.`,
      { cause: error },
    )
  }
}

async function bindAlone(listener: Listener, host: string, port: number): Promise<Binding> {
  try {
    return await listener.listen({ host, port })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw new PortError(port, code === 'EADDRINUSE' ? 'is already in use' : `cannot be listened on (${code})`, error)
  }
}

/** What is wrong with the config file when a port that it gives cannot be had. */
export function portProblem({ port, message }: PortError, { sandboxes }: Declared): DeclarationError {
  const name = sandboxes.find((one) => one.port === port)?.name
  return new DeclarationError(`sandboxes.${name}.port`, `expected a port that can be had, but ${message}`)
}
