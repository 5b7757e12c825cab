/**
 * In this room: how a report is written, a file for each form, and how it ends for whoever asked.
 * Elsewhere: what stands in it (`../report.ts`, `../grading.ts`).
 */

import type { Report } from '../report.ts'
import { htmlReport } from './html.ts'
import { junitReport } from './junit.ts'
import type { Outcome } from './outcome.ts'
import { sarifReport } from './sarif.ts'
import { textReport } from './text.ts'

/** How a report may be written. */
export const formats = ['text', 'json', 'junit', 'sarif', 'html'] as const

/** One of {@link formats}. */
export type Format = (typeof formats)[number]

/** Their media types. */
export const mediaTypes: Readonly<Record<Format, string>> = {
  text: 'text/plain; charset=utf-8',
  json: 'application/json; charset=utf-8',
  junit: 'application/xml; charset=utf-8',
  sarif: 'application/sarif+json; charset=utf-8',
  html: 'text/html; charset=utf-8',
}

/** @param sarif_file the file of the app that the findings stand at */
export function formatted(format: Format, report: Report, outcome: Outcome, sarif_file?: string): string {
  switch (format) {
    case 'text':
      return textReport(report, outcome, { verbose: true })
    case 'json':
      return `${JSON.stringify(report, null, 2)}\n`
    case 'junit':
      return junitReport(report)
    case 'sarif':
      return sarifReport(report, sarif_file)
    case 'html':
      return htmlReport(report)
  }
}
