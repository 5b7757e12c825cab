import { faultKind } from './kind.ts'

export const grantedScope = faultKind({
  name: 'granted_scope',
  does: 'this scope is granted, whatever was asked for',
  members: { granted_scope: { is: 'text', says: 'The scope that is granted, whatever was asked for.' } },
  at: {
    issue: ({ granted_scope }, plan) => ({ ...plan, scope: granted_scope ?? plan.scope }),
  },
})
