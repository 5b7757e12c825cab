/** The known word that a misspelt one most likely meant, or undefined when none is near. */
export function closest(word: string, known: readonly string[]): string | undefined {
  const lower = word.toLowerCase()
  const begun = lower === '' ? undefined : known.find((candidate) => candidate.startsWith(lower))
  if (begun !== undefined) return begun
  const allowed = Math.max(1, Math.floor(lower.length / 3))
  let best: string | undefined
  let bestDistance = allowed + 1
  for (const candidate of known) {
    const distance = editDistance(lower, candidate)
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** The first of the known words that is no more than so many letters away. */
export function within(letters: number, word: string, known: readonly string[]): string | undefined {
  return known.find((candidate) => editDistance(word.toLowerCase(), candidate) <= letters)
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment): `prot` is one step from `port`. */
function editDistance(from: string, to: string): number {
  let beforePrevious: number[] = []
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1]
      let distance = Math.min(at(previous, column) + 1, at(current, column - 1) + 1, at(previous, column - 1) + (same ? 0 : 1))
      if (row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]) {
        distance = Math.min(distance, at(beforePrevious, column - 2) + 1)
      }
      current.push(distance)
    }
    beforePrevious = previous
    previous = current
  }
  return at(previous, to.length)
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY
}
