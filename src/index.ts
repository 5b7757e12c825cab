/**
 * grantbox as a library: {@link startGrantbox} runs one in this process, {@link connectGrantbox} speaks to one that runs
 * elsewhere, and both give the same object.
 */
import './start/node-version.ts'

export type { Report as ExamReport, RuleReport as ExamRuleReport } from './exam/report.ts'
export type { App, AppChange, Apps, Client, ClientChange, MadeSecret, NewApp, NewClient } from './library/apps.ts'
export type { Authorization, Authorized } from './library/authorization.ts'
export type { HeldCallback, HeldCallbacks } from './library/callbacks.ts'
export type { Clock, ClockState } from './library/clock.ts'
export { type ConnectOptions, connectGrantbox } from './library/connect.ts'
export { type FieldError, GrantboxError } from './library/error.ts'
export {
  type Exam,
  type ExamDriver,
  type ExamOptions,
  type ExamScenario,
  type ExamSignal,
  type ExamTask,
  toPassExam,
} from './library/exam.ts'
export type { Fault, Faults, NewFault } from './library/faults.ts'
export type { Grantbox } from './library/grantbox.ts'
export type { Grant, GrantCode, GrantLineage, GrantQuery, Grants, GrantToken, TokenState, TokenUse } from './library/grants.ts'
export type { ImportedDocument, ImportOptions } from './library/import.ts'
export type { Key, Keys, NewKey } from './library/keys.ts'
export type { LoginOptions, LoginPage, LoginUser } from './library/login.ts'
export type { Message, Outbox } from './library/outbox.ts'
export type { ProxySettings } from './library/proxy.ts'
export type { Hint, JournalEntry, JournalFilter, Requests } from './library/requests.ts'
export type { NewSandbox, Sandbox, SandboxChange, SandboxInfo, Snapshot } from './library/sandbox.ts'
export type { NewSpace, Space, SpaceInfo, Spaces } from './library/spaces.ts'
export { type StartOptions, startGrantbox } from './library/start.ts'
export type { Duration, TokenAnswer, TokenExpiry, TokenRequest, Tokens } from './library/tokens.ts'
export type { EventOutcome, NewUser, User, UserChange, UserEvent, UserGeneration, Users } from './library/users.ts'
export type { Endpoint } from './oauth/model/endpoint.ts'
