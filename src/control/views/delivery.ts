import { z } from 'zod'
import type { Delivery } from '../../oauth/authorization/response.ts'

/** How an answer gets to a client. */
export const deliveryShape = {
  redirect_to: z.string().describe('Where the browser would be sent: the redirect URI with the code, or with the error.'),
  form: z
    .record(z.string(), z.string())
    .optional()
    .describe('What the browser would post there, with response modes form_post and web_message.'),
}

export function viewDelivery(delivery: Delivery): { redirect_to: string; form?: Record<string, string> } {
  if ('redirect_to' in delivery) return delivery
  const { action, fields } = 'form_post' in delivery ? delivery.form_post : delivery.web_message
  return { redirect_to: action, form: { ...fields } }
}
