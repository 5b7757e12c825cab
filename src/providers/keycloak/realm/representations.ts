/**
 * In this room: what a realm knows beyond our users and clients, as the vendor's JSON has it, and how such JSON is read.
 * Elsewhere: tokens that follow from it (`tokens/`), and the API that changes it (`admin/`).
 */

/** A role, of the realm or of a client. */
export interface Role {
  id: string
  name: string
  description?: string | undefined
  /** The UUID of the client whose role it is; the realm's when absent. */
  client?: string | undefined
  /** The ids of the roles that go with it. */
  composites?: readonly string[] | undefined
  attributes?: Attributes | undefined
}

/** Values by name; each may have several. */
export type Attributes = Readonly<Record<string, readonly string[]>>

/** What puts claims into tokens. */
export interface Mapper {
  id: string
  name: string
  protocol: string
  protocolMapper: string
  consentRequired?: boolean
  config: Readonly<Record<string, string>>
}

/** A client scope. */
export interface ClientScope {
  id: string
  name: string
  description?: string | undefined
  protocol: string
  attributes: Readonly<Record<string, string>>
  protocolMappers?: readonly Mapper[] | undefined
  /** Ids of roles that come with it where a client has not all of them. */
  roles?: readonly string[] | undefined
}

/** A group; those below it name it. */
export interface Group {
  id: string
  name: string
  description?: string | undefined
  parent?: string | undefined
  attributes?: Attributes | undefined
  /** Ids. */
  roles: readonly string[]
}

/** What the vendor knows of a user beyond ours. */
export interface UserData {
  emailVerified: boolean
  attributes: Attributes
  requiredActions: readonly string[]
  /** Ids. */
  roles: readonly string[]
  /** Ids. */
  groups: readonly string[]
  federatedIdentities?: readonly unknown[]
  notBefore?: number
  /** Authenticator apps, each with the period of the last code that was taken. */
  otp?: readonly { id: string; secret: string; userLabel: string; createdDate: number; used: number }[]
  /** When the password was set. */
  password?: { id: string; createdDate: number; userLabel?: string | undefined; temporary?: boolean | undefined }
}

/** A client as its representation has it, but for what our own record holds. */
export interface ClientData {
  name?: string | undefined
  description?: string | undefined
  rootUrl?: string | undefined
  adminUrl?: string | undefined
  baseUrl?: string | undefined
  enabled: boolean
  bearerOnly: boolean
  consentRequired: boolean
  standardFlowEnabled: boolean
  implicitFlowEnabled: boolean
  directAccessGrantsEnabled: boolean
  serviceAccountsEnabled: boolean
  publicClient: boolean
  fullScopeAllowed: boolean
  clientAuthenticatorType: string
  webOrigins: readonly string[]
  attributes: Readonly<Record<string, string>>
  protocolMappers: readonly Mapper[]
  defaultClientScopes: readonly string[]
  optionalClientScopes: readonly string[]
  /** Ids of roles that its tokens may have when not all. */
  scopeMappings?: readonly string[]
  /** Of its service account: ids. */
  serviceAccount?: { roles: readonly string[]; attributes?: Attributes; groups?: readonly string[] }
  /** What nothing here acts on. */
  other?: Readonly<Record<string, unknown>>
}

/** The top level of a realm's representation, as far as it was said. */
export type RealmSettings = Readonly<Record<string, unknown>>
