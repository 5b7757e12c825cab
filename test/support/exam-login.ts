/** A test as somebody has it who never heard of grantbox: it logs in at its app by the pages, and ends with 0 when it is signed in. */
import { Jar } from './browser-jar.ts'
import { ExamApp } from './exam-app.ts'
import { signInAndAllow } from './standard-sign-in.ts'

const { GRANTBOX_ISSUER = '', GRANTBOX_CLIENT_ID = '', GRANTBOX_CLIENT_SECRET = '', GRANTBOX_REDIRECT_URI = '', WRONG = '' } = process.env

const app = new ExamApp({ issuer: GRANTBOX_ISSUER, client_id: GRANTBOX_CLIENT_ID, client_secret: GRANTBOX_CLIENT_SECRET })
for (const rule of WRONG.split(',').filter(Boolean)) app.wrong.add(rule)
await app.start(Number(new URL(GRANTBOX_REDIRECT_URI).port))

const [site, provider] = [new Jar(), new Jar()]
const begun = await site.open(`${app.url}/login`)
const page = await provider.open(begun.location?.href ?? '')
const end = page.location === undefined ? await signInAndAllow(provider, page, new URL(GRANTBOX_ISSUER).origin) : page
if (end.location !== undefined) await site.open(end.location.href)
const me = await site.open(`${app.url}/me`)
process.exit(me.status === 200 ? 0 : 1)
