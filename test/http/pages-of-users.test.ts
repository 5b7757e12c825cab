import { everyPage } from '../support/every-page.ts'
import { holdOnPages } from '../support/page-checks.ts'

// Beside those of the dashboard, in a file of their own: a worker takes a file at a time, and there are many.
holdOnPages(Object.entries(everyPage).filter(([name]) => !name.startsWith('dashboard')))
