import type { ControlDeps } from '../control/deps.ts'

/** What the dashboard is given by the server: what the control API is, but for the look at the database. */
export type DashboardDeps = Omit<ControlDeps, 'checkDatabase'>
