import { escapeXml } from '../reports/escape-xml.ts'
import type { Attestation } from './attestation.ts'

/** About as wide as a character of the badge's font is. */
const wide = 6.6
const margin = 16

/** A picture of an attestation: that rules were passed on a day, and no more than that. */
export function badgeOf({ profile, rules_version, counts, iat, iss }: Attestation): string {
  const day = new Date(iat * 1000).toISOString().slice(0, 10)
  const left = 'grantbox exam'
  const right = `${profile.join(', ')}: passed on ${day}`
  const [leftWidth, rightWidth] = [left, right].map((text) => Math.round(text.length * wide) + margin) as [number, number]
  const width = leftWidth + rightWidth
  const words = `${right}. ${counts.passed} rules of version ${rules_version} were passed at ${iss}, ${counts.not_exercised} were not exercised. It says nothing of other days and other rules.`
  const text = (x: number, word: string) => `<text x="${x}" y="14" text-anchor="middle">${escapeXml(word)}</text>`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="20" viewBox="0 0 ${width} 20" role="img" aria-label="${escapeXml(`${left}: ${right}`)}">`,
    `<title>${escapeXml(words)}</title>`,
    `<clipPath id="round"><rect width="${width}" height="20" rx="3"/></clipPath>`,
    `<g clip-path="url(#round)"><path fill="#3d4451" d="M0 0h${leftWidth}v20H0z"/><path fill="#1f6f43" d="M${leftWidth} 0h${rightWidth}v20H${leftWidth}z"/></g>`,
    `<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">${text(leftWidth / 2, left)}${text(leftWidth + rightWidth / 2, right)}</g>`,
    '</svg>',
  ].join('\n')
}
