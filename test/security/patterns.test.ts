import { Worker } from 'node:worker_threads'
import { expect, onTestFinished, test } from 'vitest'
import { readCode, sourceFiles } from '../support/source.ts'

/** How long a pattern may be busy with all of its attacks, milliseconds. One that is sound needs a hundredth of it. */
const patience = 2000

interface Pattern {
  source: string
  flags: string
  where: string
}

/**
 * Tries each pattern on texts on which one with ambiguous repetitions starts over and over: long runs of one character or pair, of
 * each kind that the pattern names and of some more, after its beginning or alone, before an end that cannot match. It runs in a
 * thread of its own, so that what does not end can be ended.
 */
const work = `
const { parentPort, workerData } = require('node:worker_threads')
const usual = ['a', 'A', '0', ' ', '\\t', 'é', 'a.', 'a-', '0.', ', ', '= ', '"a', '%2', '\\\\"', 'a@', 'x/', '://', 'a=', '&a=', ...'-_./=,;"\\\\%&@#<>?:*~[]({|+']
for (const [index, { source, flags }] of workerData.entries()) {
  parentPort.postMessage(index)
  const pattern = new RegExp(source, flags)
  const named = source.match(/[A-Za-z0-9_~=&;,:./@#%"'<> -]/g) ?? []
  const beginning = source.replace(/^\\^/, '').split(/[[(\\\\?*+{.|$]/, 1)[0]
  for (const unit of new Set([...usual, ...named])) {
    for (const before of new Set(['', beginning])) {
      pattern.lastIndex = 0
      pattern.test(before + unit.repeat(Math.ceil(120000 / unit.length)) + '\\0!')
    }
  }
}
parentPort.postMessage('done')`

/** The first pattern that does not come to an end; undefined when all do. */
function endless(patterns: readonly Pattern[]): Promise<string | undefined> {
  const worker = new Worker(work, { eval: true, workerData: patterns })
  onTestFinished(async () => void (await worker.terminate()))
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined
    worker.on('error', reject)
    worker.on('message', (message: number | 'done') => {
      clearTimeout(timer)
      if (message === 'done') return resolve(undefined)
      timer = setTimeout(() => resolve(`${patterns[message]?.where}: /${patterns[message]?.source}/`), patience)
    })
  })
}

test('no pattern of ours can be kept busy by a text of 120,000 characters', async () => {
  const patterns = sourceFiles().flatMap(({ path, text }) => readCode(text).patterns.map((pattern) => ({ ...pattern, where: path })))
  expect(patterns.length).toBeGreaterThan(150)
  expect(await endless(patterns)).toBeUndefined()
}, 120_000)

test.each(['\\/+$'])('one that can is found: %s', async (source) => {
  expect(await endless([{ source, flags: '', where: 'here' }])).toBe(`here: /${source}/`)
})
