import { readFile } from 'node:fs/promises'
import type { App, User } from '../../oauth/model/records.ts'

const letters = { picture: 'p', cover: 'c', icon: 'a' } as const
const members = { picture: 'image_id', cover: 'cover_image_id' } as const

/** What an image shows. */
export type ImageKind = keyof typeof letters

/**
 * Every user has a picture and a cover whose ids follow from his own; one whose claims say `"image_id": null` or
 * `"cover_image_id": null` has none.
 */
export function imageIdOf(user: User, kind: 'picture' | 'cover'): string | null {
  return user.claims[members[kind]] === null ? null : `img_${letters[kind]}${user.user_id.replace(/^usr_/, '')}`
}

export function iconIdOf(app: App): string {
  return `img_${letters.icon}${app.app_id.replace(/^app_/, '')}`
}

/** What an image's id says, and the ids that its owner may have. */
export function readImageId(image_id: string): { kind: ImageKind; owners: readonly string[] } | undefined {
  const [, letter, rest = ''] = /^img_([pca])(.+)$/s.exec(image_id) ?? []
  const kind = (['picture', 'cover', 'icon'] as const).find((one) => letters[one] === letter)
  return kind && { kind, owners: [`${kind === 'icon' ? 'app' : 'usr'}_${rest}`, rest] }
}

/** Sizes by name, in pixels. */
export const imageSizes = {
  picture: { small: { width: 64, height: 64 }, medium: { width: 256, height: 256 }, large: { width: 512, height: 512 } },
  cover: { small: { width: 300, height: 100 }, medium: { width: 600, height: 200 }, large: { width: 1200, height: 400 } },
  icon: { small: { width: 64, height: 64 }, medium: { width: 256, height: 256 }, large: { width: 512, height: 512 } },
} as const satisfies Record<ImageKind, Record<ImageSize, Dimensions>>

export type ImageSize = 'small' | 'medium' | 'large'

export interface Dimensions {
  width: number
  height: number
}

/** The apps' icons by name, as SVG. */
export const iokidsIcons: Readonly<Record<string, string>> = {
  duck: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" rx="14" fill="#fde3ef"/><ellipse cx="33" cy="53" rx="19" ry="2.6" fill="#f3c3d9"/><path d="M24 19.5c-4.5 .4-9.6 1.7-12.3 3.6-1.2 .9-.9 2.5 .4 3.1 3.9 1.8 9.4 2 12.9 .6z" fill="#f6a623"/><path d="M12.2 24.600c4 .6 8.3 .5 12.3-.4" fill="none" stroke="#cf7d0c" stroke-width="1.3" stroke-linecap="round"/><path d="M14 38.500c0 8.5 8 14 19 14s19-6 19-15c0-3-1-6-3-8-3 4-7 5.2-11.4 4.2 3.2-2.2 5.4-6 5.4-10.200C43 16.5 38 11.5 32 11.500S21 16.5 21 22.500c0 3 1.1 5.9 3 8-3.2 1.5-10 2-10 8z" fill="#f27eb2"/><path d="M25.5 38.500c4.5 3.6 11 3.4 17.5-.8 .4 6.3-4.2 10.3-9.6 9.9-4.7-.3-8-3.9-7.9-9.100z" fill="#d85a95"/><circle cx="30" cy="20.5" r="2.7" fill="#3b2030"/><circle cx="29.1" cy="19.6" r=".9" fill="#fff"/></svg>`,
}

/** A user's cover photo as SVG: a strip across the middle of a square of shapes. */
export async function drawCover(user: User, dimensions: Dimensions): Promise<string> {
  return strip(await shapes(user.user_id), dimensions)
}

/** An app's icon as SVG: the one it names, or shapes of its own. */
export async function drawIcon(app: App, { width, height }: Dimensions): Promise<string> {
  const own = app.icon === null ? undefined : iokidsIcons[app.icon]
  return resize(own ?? (await shapes(app.app_id)), { width, height })
}

/** @param svg with a `width` or a `viewBox` of the proportions of `dimensions` */
export async function toPng(svg: string, { width }: Dimensions): Promise<Buffer> {
  const { Resvg } = await loadResvg()
  const resvg = new Resvg(svg, { fitTo: { mode: 'width', value: width } })
  try {
    const image = resvg.render()
    const png = Buffer.from(image.asPng())
    image.free()
    return png
  } finally {
    // What WebAssembly holds is not seen by the garbage collector.
    resvg.free()
  }
}

async function shapes(seed: string): Promise<string> {
  const [{ createAvatar }, style] = await Promise.all([import('@dicebear/core'), import('@dicebear/shapes')])
  return createAvatar(style, { seed }).toString()
}

function resize(svg: string, { width, height }: Dimensions): string {
  const opening = /^<svg([^>]*)>/
  const attributes = (opening.exec(svg)?.[1] ?? '').replaceAll(/\s(?:width|height)="[^"]*"/g, '')
  return svg.replace(opening, () => `<svg${attributes} width="${width}" height="${height}">`)
}

function strip(svg: string, dimensions: Dimensions): string {
  return resize(svg, dimensions).replace('<svg', '<svg preserveAspectRatio="xMidYMid slice"')
}

let resvg: Promise<typeof import('@resvg/resvg-wasm')> | undefined

/** The rasterizer, loaded at the first PNG. */
function loadResvg(): Promise<typeof import('@resvg/resvg-wasm')> {
  resvg ??= (async () => {
    const [library, wasm] = await Promise.all([
      import('@resvg/resvg-wasm'),
      readFile(new URL(import.meta.resolve('@resvg/resvg-wasm/index_bg.wasm'))),
    ])
    await library.initWasm(wasm)
    return library
  })()
  return resvg
}
