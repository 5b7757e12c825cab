import type { FastifyReply } from 'fastify'
import { type Malformation, type Misbehaviour, mergePatch } from '../oauth/model/fault.ts'

/** The bytes of an answer as a fault leaves them. */
export function distort(payload: string, { malformed, patch }: Misbehaviour, reply: FastifyReply): string {
  const patched = patch === undefined ? payload : patchJson(payload, patch)
  const distorted = malformed === undefined ? patched : malform(patched, malformed, reply)
  if (distorted !== payload) reply.header('Content-Length', Buffer.byteLength(distorted))
  return distorted
}

function patchJson(payload: string, patch: unknown): string {
  try {
    return JSON.stringify(mergePatch(JSON.parse(payload), patch))
  } catch {
    return payload
  }
}

function malform(payload: string, malformed: Malformation, reply: FastifyReply): string {
  switch (malformed) {
    case 'invalid_json':
      return `${payload.slice(0, -1)},}`
    case 'html':
      reply.header('Content-Type', 'text/html; charset=utf-8')
      return '<!doctype html><title>Bad Gateway</title><h1>502 Bad Gateway</h1>'
    case 'empty':
      return ''
    case 'wrong_content_type':
      reply.header('Content-Type', 'text/plain; charset=utf-8')
      return payload
    case 'truncated':
      return payload.slice(0, Math.floor(payload.length / 2))
  }
}
