import { expect, test } from 'vitest'
import { examClient } from '../../src/exam/client.ts'
import type { Report } from '../../src/exam/report.ts'
import { connectGrantbox } from '../../src/index.ts'
import { ExamApp } from '../support/exam-app.ts'
import { addressesOf, examine } from '../support/exam-run.ts'
import { startForFile } from '../support/server.ts'

const server = await startForFile({ defaultProvider: 'standard' })
const grantbox = await connectGrantbox(server.url)

/** What is the same each time: times are not. */
const verdictsIn = ({ rules }: Report) =>
  rules.map(({ id, verdict, reason, proof, message }) => [id, verdict, reason ?? proof, message.replace(/\d+(\.\d+)? m?s\b/g, '…')])

/** A whole exam of an app that was started for it. */
async function examineAnew(): Promise<Report> {
  const box = await grantbox.createSandbox({ provider: 'standard' })
  const app = await new ExamApp({ issuer: box.issuer, ...examClient }).start()
  const options = { redirect_uri: `${app.url}/callback`, profile: ['oidc'], patience: '3s' }
  try {
    return await examine(box, server.url, addressesOf(app.url), options)
  } finally {
    app.close()
    await box.delete()
  }
}

test('who does all of it right passes all that is exercised, twice alike, and never by silence alone', { timeout: 120_000 }, async () => {
  const first = await examineAnew()
  expect(first.exam.void).toBeUndefined()
  expect(first.controls.filter(({ ok }) => !ok)).toEqual([])
  expect(first.rules.filter(({ verdict }) => verdict === 'failed')).toEqual([])
  expect(first.rules.filter(({ proof }) => proof === 'silence')).toEqual([])
  expect(verdictsIn(await examineAnew())).toEqual(verdictsIn(first))
})
