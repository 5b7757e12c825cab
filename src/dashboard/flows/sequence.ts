import { type Actor, actors, type FlowStep } from './flow-steps.ts'

/** An arrow of the picture, from one lifeline to another. */
export interface Arrow {
  from: number
  to: number
  y: number
  label: string
  /** Where the label stands. */
  x: number
  /** An answer. */
  isDashed: boolean
  isBad: boolean
  /** The points of its head. */
  head: string
}

/** A flow drawn as a sequence: numbers for SVG, so that the page needs no style of its own. */
export type Sequence = ReturnType<typeof drawSequence>

/** Pixels: where the first lifeline is, how far the next one, and how much room there is beside the last. */
const layouts = {
  wide: { left: 130, between: 250, beside: 60, timeAbove: false },
  narrow: { left: 42, between: 121, beside: 42, timeAbove: true },
}

const [top, row, gap] = [44, 26, 14]
/** The width of a character, about. */
const character = 6.6

/** Each step is an arrow and its answer below it, and a third one where the browser carries something on to the client. */
export function drawSequence(steps: readonly FlowStep[], layout: keyof typeof layouts) {
  const { left, between, beside, timeAbove } = layouts[layout]
  const present = actors.filter((actor) => actor !== 'Browser' || steps.some((step) => step.from === 'Browser'))
  const at = (actor: Actor) => left + present.indexOf(actor) * between
  const width = at('grantbox') + beside
  const arrows: Arrow[] = []
  const times: { text: string; y: number }[] = []
  let y = top
  const draw = (from: Actor, to: Actor, text: string, isDashed: boolean, isBad: boolean) => {
    y += row
    const [a, b] = [at(from), at(to)]
    const tip = b > a ? b - 3 : b + 3
    const back = b > a ? tip - 8 : tip + 8
    const label = shortened(text, width)
    const half = (label.length * character) / 2
    // A label may be longer than its arrow, but stays in the picture.
    const x = Math.round(Math.min(Math.max((a + b) / 2, half), width - half))
    arrows.push({ from: a, to: tip, y, label, x, isDashed, isBad, head: `${tip},${y} ${back},${y - 4} ${back},${y + 4}` })
  }
  for (const step of steps) {
    y += gap
    times.push({ text: step.time, y: timeAbove ? y + 4 : y + row + 4 })
    if (timeAbove) y += 6
    draw(step.from, 'grantbox', step.asks, false, step.isBad)
    draw('grantbox', step.from, step.gets, true, step.isBad)
    if (step.carries !== undefined) draw('Browser', 'Client', step.carries, true, step.isBad)
  }
  const bottom = y + 16
  return {
    layout,
    width,
    height: bottom + 8,
    lifelines: present.map((name) => ({ name, x: at(name), top: top - 8, bottom })),
    arrows,
    times,
  }
}

/** As much of a label as the picture has room for. */
function shortened(label: string, width: number): string {
  const most = Math.min(56, Math.floor(width / character))
  return label.length <= most ? label : `${label.slice(0, most - 1)}…`
}
