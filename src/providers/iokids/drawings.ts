import { readFile } from 'node:fs/promises'
import type { App } from '../../oauth/model/records.ts'
import type { Person } from '../social.ts'
import { iokidsIcons } from './icons.ts'
import type { ImageKind } from './image-ids.ts'

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

/** A user's cover photo as SVG: a strip across the middle of a square of shapes. */
export async function drawCover(user: Person, dimensions: Dimensions): Promise<string> {
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
