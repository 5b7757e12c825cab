import type { ServerResponse } from 'node:http'

/** Answers in nobody's dialect. */
export function say(response: ServerResponse, status: number, error: string, error_description: string): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify({ error, error_description }))
}
